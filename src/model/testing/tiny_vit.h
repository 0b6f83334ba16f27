// TinyVit: the file of a vision encoder with random weights, in the layout of published models,
// with one of the projectors. For tests.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "gguf/names.h"
#include "model/testing/tiny_file.h"

namespace edgevlm {

struct TinyVitOptions {
  std::string projector = "mlp";
  bool is_clip = true;  // class embedding, norm in front and quick GELU; else as SigLIP
  bool is_class_first = false;
  bool are_mlp_names_swapped = false;
  bool are_shapes_squeezed = false;  // extents of 1 dropped
};

struct TinyVit : TinyFile {
  static constexpr int kImageSize = 16;
  static constexpr int kPatch = 4;
  static constexpr int kPatches = 16;  // P
  static constexpr int kWidth = 24;    // E
  static constexpr int kHeads = 3;
  static constexpr int kHidden = 40;  // F
  static constexpr int kBlocks = 3;
  static constexpr int kOutputs = 20;  // D
  static constexpr int kReduced = 7;   // R
  static constexpr int kScale = 2;
  static constexpr float kEpsilon = 1e-3f;

  explicit TinyVit(const TinyVitOptions& tiny_options = {}) : TinyFile(5), options(tiny_options) {
    AddKeys();
    AddTensor("v.patch_embd.weight", {kWidth, 3, kPatch, kPatch}, 0, 0.15f, DType::kF16);
    if (options.is_clip) {
      AddTensor("v.class_embd", {kWidth}, 0, 0.7f, DType::kF32);
      AddNorm(modules::kVisionPreNorm, kWidth);
    } else {
      AddTensor("v.patch_embd.bias", {kWidth}, 0, 0.7f, DType::kF32);
      AddNorm(modules::kVisionPostNorm, kWidth);
    }
    AddTensor("v.position_embd.weight", {kPatches + (options.is_clip ? 1 : 0), kWidth}, 0, 0.7f,
              DType::kF16);
    for (int block = 0; block < kBlocks; ++block) AddBlock(block);
    if (options.projector == "mlp") AddMlp();
    if (options.projector == "ldp") AddLdp();
    if (options.projector == "ldpv2") AddLdpV2();
    if (options.projector == "idefics3") AddIdefics3();
  }

  TinyVitOptions options;

 private:
  void AddKeys() {
    keys[std::string(keys::kArchitecture)] = std::string("clip");
    keys[std::string(keys::kProjectorType)] = options.projector;
    keys[std::string(keys::kImageSize)] = std::uint32_t{kImageSize};
    keys[std::string(keys::kPatchSize)] = std::uint32_t{kPatch};
    keys[std::string(keys::kImageMean)] = std::vector<float>{0.5f, 0.4f, 0.3f};
    keys[std::string(keys::kImageStd)] = std::vector<float>{0.2f, 0.25f, 0.3f};
    keys[std::string(keys::kVisionEmbeddingLength)] = std::uint32_t{kWidth};
    keys[std::string(keys::kVisionFeedForwardLength)] = std::uint32_t{kHidden};
    keys[std::string(keys::kVisionBlockCount)] = std::uint32_t{kBlocks};
    keys[std::string(keys::kVisionHeadCount)] = std::uint32_t{kHeads};
    keys[std::string(keys::kVisionLayerNormEpsilon)] = kEpsilon;
    keys[std::string(keys::kProjectionDim)] = std::uint32_t{768};  // unused here
    keys[std::string(keys::kUseGelu)] = !options.is_clip;
    if (options.is_class_first) keys[std::string(keys::kClassTokenFirst)] = true;
  }

  void AddMatrix(const std::string& module, const Shape& shape, bool has_bias = true) {
    float inputs = 1;
    for (int axis = 1; axis < shape.rank(); ++axis) inputs *= static_cast<float>(shape[axis]);
    AddTensor(modules::Weight(module), shape, 0, std::sqrt(1 / inputs), DType::kF16);
    if (has_bias) AddTensor(modules::Bias(module), {shape[0]}, 0, 0.2f, DType::kF32);
  }

  void AddNorm(std::string_view module, int width) {
    AddTensor(modules::Weight(module), {width}, 1, 0.2f, DType::kF32);
    AddTensor(modules::Bias(module), {width}, 0, 0.2f, DType::kF32);
  }

  void AddBlock(int block) {
    AddNorm(modules::VisionAttnNorm(block), kWidth);
    AddMatrix(modules::VisionAttnQ(block), {kWidth, kWidth});
    AddMatrix(modules::VisionAttnK(block), {kWidth, kWidth});
    AddMatrix(modules::VisionAttnV(block), {kWidth, kWidth});
    AddMatrix(modules::VisionAttnOutput(block), {kWidth, kWidth});
    AddNorm(modules::VisionFfnNorm(block), kWidth);
    std::string up = modules::VisionFfnUp(block), down = modules::VisionFfnDown(block);
    if (options.are_mlp_names_swapped) std::swap(up, down);
    AddMatrix(up, {kHidden, kWidth});
    AddMatrix(down, {kWidth, kHidden});
  }

  void AddMlp() {
    constexpr int kInside = 28;
    AddMatrix("mm.0", {kInside, kWidth});
    AddMatrix("mm.2", {kOutputs, kInside});
  }

  Shape DepthwiseShape() const {
    return options.are_shapes_squeezed ? Shape{kOutputs, 3, 3} : Shape{kOutputs, 1, 3, 3};
  }

  void AddLdpV2() {
    AddMatrix(modules::LdpMlp(0), {kOutputs, kWidth});
    AddMatrix(modules::LdpMlp(2), {kOutputs, kOutputs});
    AddMatrix("mm.model.peg.0", DepthwiseShape());
  }

  void AddLdp() {
    AddMatrix(modules::LdpMlp(1), {kOutputs, kWidth});
    AddMatrix(modules::LdpMlp(3), {kOutputs, kOutputs});
    const auto pointwise = [&](int outputs, int inputs) {
      return options.are_shapes_squeezed ? Shape{outputs, inputs} : Shape{outputs, inputs, 1, 1};
    };
    for (int block = 1; block <= 2; ++block) {
      AddMatrix(modules::LdpBlock(block, 0, "0"), DepthwiseShape(), false);
      AddNorm(modules::LdpBlock(block, 0, "1"), kOutputs);
      AddMatrix(modules::LdpBlock(block, 1, "fc1"), pointwise(kReduced, kOutputs));
      AddMatrix(modules::LdpBlock(block, 1, "fc2"), pointwise(kOutputs, kReduced));
      AddMatrix(modules::LdpBlock(block, 2, "0"), pointwise(kOutputs, kOutputs), false);
      AddNorm(modules::LdpBlock(block, 2, "1"), kOutputs);
    }
  }

  void AddIdefics3() {
    keys[std::string(keys::kProjectorScaleFactor)] = std::uint32_t{kScale};
    AddMatrix("mm.model.fc", {kOutputs, kWidth * kScale * kScale}, false);
  }
};

}  // namespace edgevlm
