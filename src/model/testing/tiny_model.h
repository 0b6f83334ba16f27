// TinyModel: a model file with random weights, small enough to run in a millisecond. For tests.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "gguf/names.h"
#include "model/testing/tiny_file.h"

namespace edgevlm {

struct TinyModel : TinyFile {
  static constexpr int kContext = 320;  // more than one chunk of prefill
  static constexpr int kWidth = 24;     // D
  static constexpr int kHeads = 3;
  static constexpr int kBlocks = 2;
  static constexpr int kHidden = 40;  // F
  static constexpr int kImageSize = 32;
  static constexpr int kFeatures = 20;     // E
  static constexpr int kImageTokens = 16;  // P

  // Decoder, vision encoder and projector. A tokenizer is up to the caller.
  explicit TinyModel(int vocabulary, unsigned seed = 7) : TinyFile(seed) {
    AddDecoder(vocabulary);
    AddVisionEncoder();
    AddProjector();
  }

 private:
  // These deviations preserve the scale of activations: sqrt(gain / inputs).
  void AddLinear(std::string_view module, const Shape& shape, float gain = 1.0f) {
    float inputs = 1;
    for (int axis = 1; axis < shape.rank(); ++axis) inputs *= static_cast<float>(shape[axis]);
    AddTensor(modules::Weight(module), shape, 0, std::sqrt(gain / inputs), DType::kF16);
    AddTensor(modules::Bias(module), {shape[0]}, 0, 0.2f, DType::kF32);
  }

  void AddNorm(std::string_view module) {
    AddTensor(modules::Weight(module), {kWidth}, 1, 0.2f, DType::kF32);
    AddTensor(modules::Bias(module), {kWidth}, 0, 0.2f, DType::kF32);
  }

  void AddDecoder(int vocabulary) {
    keys[std::string(keys::kArchitecture)] = std::string("gpt2");
    keys[std::string(keys::kName)] = std::string("tiny");
    keys[keys::ContextLength("gpt2")] = std::uint32_t{kContext};
    keys[keys::EmbeddingLength("gpt2")] = std::uint32_t{kWidth};
    keys[keys::BlockCount("gpt2")] = std::uint32_t{kBlocks};
    keys[keys::FeedForwardLength("gpt2")] = std::uint32_t{kHidden};
    keys[keys::HeadCount("gpt2")] = std::uint32_t{kHeads};
    keys[keys::LayerNormEpsilon("gpt2")] = 1e-5f;
    AddTensor("token_embd.weight", {vocabulary, kWidth}, 0, 0.7f, DType::kF16);
    AddTensor("position_embd.weight", {kContext, kWidth}, 0, 0.5f, DType::kF16);
    AddNorm(modules::kOutputNorm);
    for (int block = 0; block < kBlocks; ++block) {
      AddNorm(modules::AttnNorm(block));
      AddLinear(modules::AttnQkv(block), {3 * kWidth, kWidth}, 2);
      AddLinear(modules::AttnOutput(block), {kWidth, kWidth});
      AddNorm(modules::FfnNorm(block));
      AddLinear(modules::FfnUp(block), {kHidden, kWidth});
      AddLinear(modules::FfnDown(block), {kWidth, kHidden});
    }
  }

  // 32 x 32 -> stem 16 x 16 -> 8 x 8 (no expansion, squeeze) -> 8 x 8 (residual, squeeze)
  // -> 4 x 4.
  void AddVisionEncoder() {
    keys[std::string(keys::kHasVisionEncoder)] = true;
    keys[std::string(keys::kVisionEncoder)] = std::string("mobilenet_v3");
    keys[std::string(keys::kImageSize)] = std::uint32_t{kImageSize};
    keys[std::string(keys::kImageMean)] = std::vector<float>{0.5f, 0.4f, 0.3f};
    keys[std::string(keys::kImageStd)] = std::vector<float>{0.2f, 0.25f, 0.3f};
    keys[std::string(keys::kVisionEmbeddingLength)] = std::uint32_t{kFeatures};
    keys[std::string(keys::kMobileNetStride)] = std::vector<std::int32_t>{2, 1, 2};
    keys[std::string(keys::kMobileNetKernel)] = std::vector<std::int32_t>{3, 5, 3};
    keys[std::string(keys::kMobileNetHardSwish)] = std::vector<bool>{false, true, true};
    AddLinear(modules::kVisionStem, {16, 3, 3, 3}, 2);
    AddBlock(0, {.inputs = 16, .channels = 16, .outputs = 12, .kernel = 3, .squeezed = 5});
    AddBlock(1, {.inputs = 12, .channels = 28, .outputs = 12, .kernel = 5, .squeezed = 8});
    AddBlock(2, {.inputs = 12, .channels = 40, .outputs = 18, .kernel = 3, .squeezed = 0});
    AddLinear(modules::kVisionHead, {kFeatures, 18, 1, 1}, 2);
  }

  struct BlockSizes {
    int inputs = 0;
    int channels = 0;
    int outputs = 0;
    int kernel = 0;
    int squeezed = 0;  // 0: no squeeze and excitation
  };

  void AddBlock(int block, const BlockSizes& sizes) {
    if (sizes.channels != sizes.inputs) {
      AddLinear(modules::VisionExpand(block), {sizes.channels, sizes.inputs, 1, 1}, 2);
    }
    AddLinear(modules::VisionDepthwise(block), {sizes.channels, 1, sizes.kernel, sizes.kernel}, 2);
    if (sizes.squeezed > 0) {
      AddLinear(modules::VisionSqueezeReduce(block), {sizes.squeezed, sizes.channels}, 2);
      AddLinear(modules::VisionSqueezeExpand(block), {sizes.channels, sizes.squeezed}, 2);
    }
    AddLinear(modules::VisionProject(block), {sizes.outputs, sizes.channels, 1, 1}, 2);
  }

  void AddProjector() {
    keys[std::string(keys::kProjectorType)] = std::string("mlp");
    keys[std::string(keys::kProjectionDim)] = std::uint32_t{kWidth};
    AddLinear(modules::kProjectorFirst, {kWidth, kFeatures});
    AddLinear(modules::kProjectorSecond, {kWidth, kWidth});
  }
};

}  // namespace edgevlm
