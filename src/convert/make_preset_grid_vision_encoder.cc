#include <cstdint>
#include <string>
#include <utility>

#include "convert/preset_tensors.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

// The blocks whose outputs become features, too: after a quarter, a half and three quarters.
std::vector<int> DeepstackBlocks(int blocks) {
  std::vector<int> deepstack;
  for (int quarter = 1; quarter <= 3; ++quarter) deepstack.push_back(blocks * quarter / 4 - 1);
  return deepstack;
}

void AddGridBlock(int block, const VisionEncoderPreset& shape, PresetTensors& tensors) {
  const bool has_bias = shape.kind != PresetVit::kQwen25Vl;
  const int width = shape.width;
  tensors.Norm(modules::VisionAttnNorm(block), width, has_bias);
  if (shape.kind == PresetVit::kQwen3Vl) {
    tensors.Linear(modules::VisionAttnQkv(block), 3 * width, width);
  } else {
    tensors.Linear(modules::VisionAttnQ(block), width, width);
    tensors.Linear(modules::VisionAttnK(block), width, width);
    tensors.Linear(modules::VisionAttnV(block), width, width);
  }
  tensors.Linear(modules::VisionAttnOutput(block), width, width);
  tensors.Norm(modules::VisionFfnNorm(block), width, has_bias);
  if (shape.kind == PresetVit::kQwen25Vl) {
    tensors.Linear(modules::VisionFfnGate(block), shape.hidden, width);
  }
  tensors.Linear(modules::VisionFfnUp(block), shape.hidden, width);
  tensors.Linear(modules::VisionFfnDown(block), width, shape.hidden);
}

// Positions of 48 x 48 patches, and the mergers of earlier blocks.
void AddQwen3Parts(const VisionEncoderPreset& shape, int outputs, GgufWriter& writer,
                   PresetTensors& tensors) {
  const int side = shape.image_size / shape.patch_size;
  const int merged = shape.width * shape.scale_factor * shape.scale_factor;
  tensors.Vector(modules::Bias(modules::kPatchEmbedding), shape.width, 0.0f);
  tensors.Values(modules::Weight(modules::kVisionPositions), {side * side, shape.width},
                 shape.width);
  std::vector<bool> marks(static_cast<std::size_t>(shape.blocks));
  for (const int block : DeepstackBlocks(shape.blocks)) {
    marks[static_cast<std::size_t>(block)] = true;
    tensors.Norm(modules::DeepstackMerger(block, "norm"), merged, true);
    tensors.Linear(modules::DeepstackMerger(block, "fc1"), merged, merged);
    tensors.Linear(modules::DeepstackMerger(block, "fc2"), outputs, merged);
  }
  writer.Add(keys::kDeepstackLayers, std::move(marks));
}

}  // namespace

void AddGridVisionEncoder(const VisionEncoderPreset& vision_encoder, int outputs,
                          GgufWriter& writer, PresetTensors& tensors) {
  const VisionEncoderPreset& shape = vision_encoder;
  writer.Add(keys::kSpatialMergeSize, static_cast<std::uint32_t>(shape.scale_factor));
  if (shape.kind == PresetVit::kQwen25Vl) {
    constexpr std::uint32_t kWindowPattern = 8;
    writer.Add(keys::kUseSilu, true);
    writer.Add(keys::kWindowPattern, kWindowPattern);
  }
  const int patch = shape.patch_size;
  for (const std::string& name :
       {modules::Weight(modules::kPatchEmbedding), std::string(modules::kSecondPatchEmbedding)}) {
    tensors.Values(name, {shape.width, 3, patch, patch}, 2 * 3 * patch * patch);
  }
  for (int block = 0; block < shape.blocks; ++block) AddGridBlock(block, shape, tensors);
  tensors.Norm(modules::kVisionPostNorm, shape.width, shape.kind != PresetVit::kQwen25Vl);
  if (shape.kind == PresetVit::kQwen3Vl) AddQwen3Parts(shape, outputs, writer, tensors);
}

}  // namespace edgevlm
