#include <cstdint>
#include <string>
#include <utility>

#include "base/check.h"
#include "convert/preset_tensors.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr FileType kHalf = {"F16", 1, DType::kF16, MixtureSize::kPlain};

constexpr std::string_view kProjectorTypes[] = {"mlp", "ldp", "ldpv2",
                                                "idefics3"};  // by PresetProjector

std::uint32_t Number(int value) { return static_cast<std::uint32_t>(value); }

void AddEyeKeys(const EyePreset& eye, int outputs, GgufWriter& writer) {
  writer.Add(keys::kArchitecture, std::string("clip"));
  writer.Add(keys::kHasVisionEncoder, true);
  writer.Add(keys::kProjectorType,
             std::string(kProjectorTypes[static_cast<std::size_t>(eye.projector)]));
  writer.Add(keys::kUseGelu, !eye.is_clip);
  writer.Add(keys::kImageSize, Number(eye.image_size));
  writer.Add(keys::kPatchSize, Number(eye.patch_size));
  writer.Add(keys::kVisionEmbeddingLength, Number(eye.width));
  writer.Add(keys::kVisionFeedForwardLength, Number(eye.hidden));
  writer.Add(keys::kProjectionDim, Number(outputs));
  writer.Add(keys::kVisionBlockCount, Number(eye.blocks));
  writer.Add(keys::kVisionHeadCount, Number(eye.heads));
  writer.Add(keys::kVisionLayerNormEpsilon, eye.is_clip ? 1e-5f : 1e-6f);
  writer.Add(keys::kImageMean, std::vector<float>{0.5f, 0.5f, 0.5f});
  writer.Add(keys::kImageStd, std::vector<float>{0.5f, 0.5f, 0.5f});
  if (eye.scale_factor > 1) writer.Add(keys::kProjectorScaleFactor, Number(eye.scale_factor));
}

void AddEyeBlock(int block, const EyePreset& eye, PresetTensors& tensors) {
  tensors.Norm(modules::VisionAttnNorm(block), eye.width, true);
  tensors.Linear(modules::VisionAttnQ(block), eye.width, eye.width);
  tensors.Linear(modules::VisionAttnK(block), eye.width, eye.width);
  tensors.Linear(modules::VisionAttnV(block), eye.width, eye.width);
  tensors.Linear(modules::VisionAttnOutput(block), eye.width, eye.width);
  tensors.Norm(modules::VisionFfnNorm(block), eye.width, true);
  tensors.Linear(modules::VisionFfnUp(block), eye.hidden, eye.width);
  tensors.Linear(modules::VisionFfnDown(block), eye.width, eye.hidden);
}

void AddEye(const EyePreset& eye, PresetTensors& tensors) {
  const int side = eye.image_size / eye.patch_size;
  tensors.Values(modules::Weight(modules::kPatchEmbedding),
                 {eye.width, 3, eye.patch_size, eye.patch_size},
                 3 * eye.patch_size * eye.patch_size);
  tensors.Values(modules::Weight(modules::kVisionPositions),
                 {side * side + (eye.is_clip ? 1 : 0), eye.width}, eye.width);
  if (eye.is_clip) {
    tensors.Vector(std::string(modules::kClassEmbedding), eye.width, 0.1f);
    tensors.Norm(modules::kVisionPreNorm, eye.width, true);
  } else {
    tensors.Vector(modules::Bias(modules::kPatchEmbedding), eye.width, 0.0f);
    tensors.Norm(modules::kVisionPostNorm, eye.width, true);
  }
  for (int block = 0; block < eye.blocks; ++block) AddEyeBlock(block, eye, tensors);
}

// Squeeze and excitation goes through a quarter of the channels, as in MobileNetV3.
void AddLdpBlock(int block, int width, PresetTensors& tensors) {
  const auto module = [block](int stage, std::string_view part) {
    return modules::LdpBlock(block, stage, part);
  };
  tensors.Values(modules::Weight(module(0, "0")), {width, 1, 3, 3}, 9);
  tensors.Norm(module(0, "1"), width, true);
  tensors.Linear(module(1, "fc1"), width / 4, width);
  tensors.Linear(module(1, "fc2"), width, width / 4);
  tensors.Matrix(module(2, "0"), width, width);
  tensors.Norm(module(2, "1"), width, true);
}

void AddProjector(const EyePreset& eye, int outputs, PresetTensors& tensors) {
  switch (eye.projector) {
    case PresetProjector::kMlp:
      tensors.Linear(modules::kProjectorFirst, outputs, eye.width);
      tensors.Linear(modules::kProjectorSecond, outputs, outputs);
      break;
    case PresetProjector::kLdp:
      tensors.Linear(modules::LdpMlp(1), outputs, eye.width);
      tensors.Linear(modules::LdpMlp(3), outputs, outputs);
      for (const int block : {1, 2}) AddLdpBlock(block, outputs, tensors);
      break;
    case PresetProjector::kLdpV2:
      tensors.Linear(modules::LdpMlp(0), outputs, eye.width);
      tensors.Linear(modules::LdpMlp(2), outputs, outputs);
      tensors.Values(modules::Weight(modules::kLdpPositional), {outputs, 1, 3, 3}, 9);
      tensors.Vector(modules::Bias(modules::kLdpPositional), outputs, 0.0f);
      break;
    case PresetProjector::kIdefics3:
      tensors.Matrix(modules::kPixelShuffleProjector, outputs,
                     eye.width * eye.scale_factor * eye.scale_factor);
      break;
  }
}

}  // namespace

std::vector<std::byte> MakePresetEye(const EyePreset& eye, int outputs) {
  GgufWriter writer;
  AddEyeKeys(eye, outputs, writer);
  PresetTensors tensors(writer, kHalf, {.decoder_blocks = 0, .vision_blocks = eye.blocks});
  AddEye(eye, tensors);
  AddProjector(eye, outputs, tensors);
  Result<std::vector<std::byte>> bytes = writer.ToBytes();
  CHECK(bytes.ok());
  return *std::move(bytes);
}

}  // namespace edgevlm
