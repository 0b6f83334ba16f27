#include <cstdint>
#include <string>
#include <utility>

#include "base/check.h"
#include "convert/preset_tensors.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr FileType kHalf = {"F16", 1, DType::kF16, MixtureSize::kPlain};

// By PresetProjector.
constexpr std::string_view kProjectorTypes[] = {"mlp",
                                                "ldp",
                                                "ldpv2",
                                                "idefics3",
                                                "gemma3",
                                                "internvl",
                                                "qwen2vl_merger",
                                                "qwen2.5vl_merger",
                                                "qwen3vl_merger",
                                                "phi3v",
                                                "qformer"};

constexpr int kPhi3Tiles = 4;  // as Phi-3.5-Vision is used with several images

bool TakesAnySize(const VisionEncoderPreset& vision_encoder) {
  return vision_encoder.kind >= PresetVit::kQwen2Vl;
}

void AddVisionEncoderKeys(const VisionEncoderPreset& vision_encoder, int outputs,
                          GgufWriter& writer) {
  writer.Add(keys::kArchitecture, std::string("clip"));
  writer.Add(keys::kHasVisionEncoder, true);
  writer.Add(keys::kProjectorType,
             std::string(kProjectorTypes[static_cast<std::size_t>(vision_encoder.projector)]));
  const PresetVit kind = vision_encoder.kind;
  const bool is_clip = kind == PresetVit::kClip;
  writer.Add(keys::kUseGelu,
             !is_clip && kind != PresetVit::kQwen2Vl && kind != PresetVit::kQwen25Vl);
  writer.Add(keys::kImageSize, Number(vision_encoder.image_size));
  writer.Add(keys::kPatchSize, Number(vision_encoder.patch_size));
  writer.Add(keys::kVisionEmbeddingLength, Number(vision_encoder.width));
  writer.Add(keys::kVisionFeedForwardLength, Number(vision_encoder.hidden));
  writer.Add(keys::kProjectionDim, Number(outputs));
  writer.Add(keys::kVisionBlockCount, Number(vision_encoder.blocks));
  writer.Add(keys::kVisionHeadCount, Number(vision_encoder.heads));
  writer.Add(keys::kVisionLayerNormEpsilon, is_clip ? 1e-5f : 1e-6f);
  writer.Add(keys::kImageMean, std::vector<float>{0.5f, 0.5f, 0.5f});
  writer.Add(keys::kImageStd, std::vector<float>{0.5f, 0.5f, 0.5f});
  if (vision_encoder.projector == PresetProjector::kPhi3V) {
    writer.Add(keys::kPreprocMaxTiles, Number(kPhi3Tiles));
  }
  if (vision_encoder.scale_factor > 1 && !TakesAnySize(vision_encoder)) {
    writer.Add(keys::kProjectorScaleFactor, Number(vision_encoder.scale_factor));
  }
}

void AddVisionEncoderBlock(int block, const VisionEncoderPreset& vision_encoder,
                           PresetTensors& tensors) {
  tensors.Norm(modules::VisionAttnNorm(block), vision_encoder.width, true);
  tensors.Linear(modules::VisionAttnQ(block), vision_encoder.width, vision_encoder.width);
  tensors.Linear(modules::VisionAttnK(block), vision_encoder.width, vision_encoder.width,
                 vision_encoder.kind != PresetVit::kEva);
  tensors.Linear(modules::VisionAttnV(block), vision_encoder.width, vision_encoder.width);
  tensors.Linear(modules::VisionAttnOutput(block), vision_encoder.width, vision_encoder.width);
  tensors.Norm(modules::VisionFfnNorm(block), vision_encoder.width, true);
  tensors.Linear(modules::VisionFfnUp(block), vision_encoder.hidden, vision_encoder.width);
  tensors.Linear(modules::VisionFfnDown(block), vision_encoder.width, vision_encoder.hidden);
  if (vision_encoder.kind != PresetVit::kInternVit) return;
  constexpr float kLayerScale = 0.1f;
  for (const std::string& scale :
       {modules::VisionAttnScale(block), modules::VisionFfnScale(block)}) {
    tensors.Vector(modules::Weight(scale), vision_encoder.width, kLayerScale);
  }
}

void AddVisionEncoder(const VisionEncoderPreset& vision_encoder, PresetTensors& tensors) {
  const int side = vision_encoder.image_size / vision_encoder.patch_size;
  const PresetVit kind = vision_encoder.kind;
  tensors.Values(modules::Weight(modules::kPatchEmbedding),
                 {vision_encoder.width, 3, vision_encoder.patch_size, vision_encoder.patch_size},
                 3 * vision_encoder.patch_size * vision_encoder.patch_size);
  tensors.Values(modules::Weight(modules::kVisionPositions),
                 {side * side + (vision_encoder.has_class_token() ? 1 : 0), vision_encoder.width},
                 vision_encoder.width);
  if (vision_encoder.has_class_token()) {
    tensors.Vector(std::string(modules::kClassEmbedding), vision_encoder.width, 0.1f);
  }
  if (kind != PresetVit::kClip) {
    tensors.Vector(modules::Bias(modules::kPatchEmbedding), vision_encoder.width, 0.0f);
  }
  if (kind == PresetVit::kClip) tensors.Norm(modules::kVisionPreNorm, vision_encoder.width, true);
  if (vision_encoder.has_post_norm()) {
    tensors.Norm(modules::kVisionPostNorm, vision_encoder.width, true);
  }
  for (int block = 0; block < vision_encoder.blocks; ++block) {
    AddVisionEncoderBlock(block, vision_encoder, tensors);
  }
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

// The Q-Former of all published BLIP-2 models.
struct QFormerSize {
  int width = 768, hidden = 3072, blocks = 12, heads = 12, queries = 32;
};

void AddQFormerKeys(GgufWriter& writer) {
  constexpr QFormerSize kSize;
  writer.Add(keys::kClassTokenFirst, true);
  writer.Add(keys::kQFormerEmbeddingLength, Number(kSize.width));
  writer.Add(keys::kQFormerFeedForwardLength, Number(kSize.hidden));
  writer.Add(keys::kQFormerBlockCount, Number(kSize.blocks));
  writer.Add(keys::kQFormerHeadCount, Number(kSize.heads));
  writer.Add(keys::kQFormerLayerNormEpsilon, 1e-12f);
}

void AddQFormerAttention(int block, const std::string& part, int inputs, PresetTensors& tensors) {
  constexpr int kWidth = QFormerSize().width;
  tensors.Linear(modules::QFormerBlock(block, part + "_q"), kWidth, kWidth);
  tensors.Linear(modules::QFormerBlock(block, part + "_k"), kWidth, inputs);
  tensors.Linear(modules::QFormerBlock(block, part + "_v"), kWidth, inputs);
  tensors.Linear(modules::QFormerBlock(block, part + "_out"), kWidth, kWidth);
  tensors.Norm(modules::QFormerBlock(block, part + "_norm"), kWidth, true);
}

void AddQFormer(int features, int outputs, PresetTensors& tensors) {
  constexpr QFormerSize kSize;
  tensors.Values(std::string(modules::kQFormerQueries), {kSize.queries, kSize.width}, kSize.width);
  tensors.Norm(modules::kQFormerNorm, kSize.width, true);
  for (int block = 0; block < kSize.blocks; ++block) {
    AddQFormerAttention(block, "self_attn", kSize.width, tensors);
    if (block % 2 == 0) AddQFormerAttention(block, "cross_attn", features, tensors);
    tensors.Linear(modules::QFormerBlock(block, "ffn_up"), kSize.hidden, kSize.width);
    tensors.Linear(modules::QFormerBlock(block, "ffn_down"), kSize.width, kSize.hidden);
    tensors.Norm(modules::QFormerBlock(block, "ffn_norm"), kSize.width, true);
  }
  tensors.Linear(modules::kQFormerOutput, outputs, kSize.width);
}

void AddProjector(const VisionEncoderPreset& vision_encoder, int outputs, PresetTensors& tensors) {
  const int shuffled =
      vision_encoder.width * vision_encoder.scale_factor * vision_encoder.scale_factor;
  switch (vision_encoder.projector) {
    case PresetProjector::kMlp:
      tensors.Linear(modules::kProjectorFirst, outputs, vision_encoder.width);
      tensors.Linear(modules::kProjectorSecond, outputs, outputs);
      break;
    case PresetProjector::kLdp:
      tensors.Linear(modules::LdpMlp(1), outputs, vision_encoder.width);
      tensors.Linear(modules::LdpMlp(3), outputs, outputs);
      for (const int block : {1, 2}) AddLdpBlock(block, outputs, tensors);
      break;
    case PresetProjector::kLdpV2:
      tensors.Linear(modules::LdpMlp(0), outputs, vision_encoder.width);
      tensors.Linear(modules::LdpMlp(2), outputs, outputs);
      tensors.Values(modules::Weight(modules::kLdpPositional), {outputs, 1, 3, 3}, 9);
      tensors.Vector(modules::Bias(modules::kLdpPositional), outputs, 0.0f);
      break;
    case PresetProjector::kIdefics3:
      tensors.Matrix(modules::kPixelShuffleProjector, outputs, shuffled);
      break;
    case PresetProjector::kGemma3:
      tensors.Norm(modules::kSoftEmbeddingNorm, vision_encoder.width, false);
      tensors.Values(modules::Weight(modules::kInputProjection), {vision_encoder.width, outputs},
                     vision_encoder.width);
      break;
    case PresetProjector::kInternVl:
      tensors.Norm(modules::kInternVlNorm, shuffled, true);
      tensors.Linear(modules::kInternVlFirst, outputs, shuffled);
      tensors.Linear(modules::kInternVlSecond, outputs, outputs);
      break;
    case PresetProjector::kPhi3V:
      tensors.Linear(modules::kProjectorFirst, outputs, shuffled);
      tensors.Linear(modules::kProjectorSecond, outputs, outputs);
      tensors.Vector(std::string(modules::kImageNewline), shuffled, 0.1f);
      tensors.Vector(std::string(modules::kViewSeparator), shuffled, 0.1f);
      break;
    case PresetProjector::kQwen2Vl:
    case PresetProjector::kQwen25Vl:
    case PresetProjector::kQwen3Vl:
      tensors.Linear(modules::kProjectorFirst, shuffled, shuffled);
      tensors.Linear(modules::kProjectorSecond, outputs, shuffled);
      break;
    case PresetProjector::kQFormer:
      AddQFormer(vision_encoder.width, outputs, tensors);
      break;
  }
}

}  // namespace

std::vector<std::byte> MakePresetVisionEncoder(const VisionEncoderPreset& vision_encoder,
                                               int outputs) {
  GgufWriter writer;
  AddVisionEncoderKeys(vision_encoder, outputs, writer);
  if (vision_encoder.projector == PresetProjector::kQFormer) AddQFormerKeys(writer);
  PresetTensors tensors(writer, kHalf,
                        {.decoder_blocks = 0, .vision_blocks = vision_encoder.blocks});
  if (TakesAnySize(vision_encoder)) {
    AddGridVisionEncoder(vision_encoder, outputs, writer, tensors);
  } else {
    AddVisionEncoder(vision_encoder, tensors);
  }
  AddProjector(vision_encoder, outputs, tensors);
  Result<std::vector<std::byte>> bytes = writer.ToBytes();
  CHECK(bytes.ok());
  return *std::move(bytes);
}

}  // namespace edgevlm
