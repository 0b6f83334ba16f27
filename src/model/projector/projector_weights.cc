#include "model/projector/projector_weights.h"

#include <string>

#include "gguf/names.h"
#include "kernels/conv/conv.h"
#include "model/patch_grid.h"

namespace edgevlm {

int ReadSideDividedBy(WeightReader& reader, int divisor, std::string_view key) {
  const int side = ReadPatchGrid(reader).side();
  if (reader.ok() && side % divisor != 0) {
    reader.Fail({ErrorCode::kInvalid, "model: key '" + std::string(key) + "': expected " +
                                          std::to_string(divisor) +
                                          " to divide the patches of a side, found " +
                                          std::to_string(side) + " patches"});
  }
  return side;
}

int ReadShuffledWidth(WeightReader& reader, int width, int scale) {
  const long long wide = 1LL * width * scale * scale;
  if (wide > ModelLimits::kWidth) {
    reader.Fail(
        {ErrorCode::kTooLarge, "model: key '" + std::string(keys::kProjectorScaleFactor) +
                                   "': expected at most " + std::to_string(ModelLimits::kWidth) +
                                   " features side by side, found " + std::to_string(wide)});
  }
  return reader.ok() ? static_cast<int>(wide) : 1;
}

LdpMlpSizes ReadLdpMlpSizes(WeightReader& reader, int first) {
  LdpMlpSizes sizes;
  sizes.inputs = reader.Int(keys::kVisionEmbeddingLength, 1, ModelLimits::kWidth);
  sizes.outputs = reader.FirstExtent(modules::Weight(modules::LdpMlp(first)), sizes.inputs,
                                     ModelLimits::kWidth);
  return sizes;
}

std::vector<float> ReadDepthwise(WeightReader& reader, std::string_view module, int channels) {
  constexpr int kKernel = 3;
  const std::string name = modules::Weight(module);
  const GgufTensor* tensor = reader.file().FindTensor(name);
  const bool is_squeezed = tensor != nullptr && tensor->view.shape.rank() == 3;
  const std::vector<float> values = reader.Values(
      name, is_squeezed ? Shape{channels, kKernel, kKernel} : Shape{channels, 1, kKernel, kKernel});
  if (!reader.ok()) return {};
  return PackDepthwise({values.data(), channels, kKernel * kKernel});
}

}  // namespace edgevlm
