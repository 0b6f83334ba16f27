#include <cstdint>
#include <string>
#include <utility>

#include "base/check.h"
#include "convert/preset_tensors.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

// A SentencePiece vocabulary of the right size: the 256 bytes, then made-up tokens.
void AddTokenizer(int vocabulary, GgufWriter& writer) {
  constexpr int kNormal = 1, kUnknown = 2, kControl = 3, kByte = 6;
  std::vector<std::string> tokens = {"<unk>", "<s>", "</s>"};
  std::vector<std::int32_t> types = {kUnknown, kControl, kControl};
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (std::size_t byte = 0; byte < 256; ++byte) {
    tokens.push_back(std::string("<0x") + kHex[byte / 16] + kHex[byte % 16] + ">");
    types.push_back(kByte);
  }
  while (static_cast<int>(tokens.size()) < vocabulary) {
    tokens.push_back(std::string("word").append(std::to_string(tokens.size())));
    types.push_back(kNormal);
  }
  writer.Add(keys::kTokenizerModel, std::string("llama"));
  writer.Add(keys::kTokens, tokens);
  writer.Add(keys::kTokenTypes, types);
  writer.Add(keys::kTokenScores, std::vector<float>(tokens.size(), 0.0f));
}

void AddDecoderKeys(const Preset& preset, const FileType& type, GgufWriter& writer) {
  const DecoderPreset& shape = preset.decoder;
  const std::string_view name = shape.architecture;
  writer.Add(keys::kArchitecture, std::string(name));
  writer.Add(keys::kName, preset.name + ", random weights");
  writer.Add(keys::kFileType, type.id);
  writer.Add(keys::ContextLength(name), Number(shape.context));
  writer.Add(keys::EmbeddingLength(name), Number(shape.width));
  writer.Add(keys::BlockCount(name), Number(shape.blocks));
  writer.Add(keys::FeedForwardLength(name), Number(shape.hidden));
  writer.Add(keys::HeadCount(name), Number(shape.heads));
  if (shape.has_layer_norms()) {
    writer.Add(keys::LayerNormEpsilon(name), shape.epsilon);
    return;
  }
  writer.Add(keys::HeadCountKv(name), Number(shape.kv_heads));
  writer.Add(keys::RmsNormEpsilon(name), shape.epsilon);
  writer.Add(keys::RopeFreqBase(name), shape.rope_base);
  if (shape.own_head_width > 0) {
    writer.Add(keys::KeyLength(name), Number(shape.own_head_width));
    writer.Add(keys::ValueLength(name), Number(shape.own_head_width));
  }
  if (shape.rope_factor != 1) {
    writer.Add(keys::RopeScalingType(name), std::string("linear"));
    writer.Add(keys::RopeScalingFactor(name), shape.rope_factor);
  }
  if (shape.axis_pairs[0] > 0) {
    std::vector<std::int32_t> sections(shape.axis_pairs.begin(), shape.axis_pairs.end());
    sections.push_back(0);
    writer.Add(keys::RopeDimensionSections(name), std::move(sections));
  }
  if (shape.image_levels > 0) {
    writer.Add(keys::DeepstackLayerCount(name), Number(shape.image_levels));
  }
  if (shape.short_context > 0) {
    writer.Add(keys::RopeOriginalContext(name), Number(shape.short_context));
  }
  if (shape.window > 0) writer.Add(keys::SlidingWindow(name), Number(shape.window));
}

void AddLlamaBlock(int block, const DecoderPreset& shape, PresetTensors& tensors) {
  const int width = shape.width, q_width = shape.head_width() * shape.heads;
  const int kv_width = shape.head_width() * shape.kv_heads;
  tensors.Norm(modules::AttnNorm(block), width, false);
  tensors.Linear(modules::AttnQ(block), q_width, width, shape.has_qkv_bias);
  tensors.Linear(modules::AttnK(block), kv_width, width, shape.has_qkv_bias);
  tensors.Linear(modules::AttnV(block), kv_width, width, shape.has_qkv_bias);
  if (shape.has_head_norms) {
    tensors.Norm(modules::AttnQNorm(block), shape.head_width(), false);
    tensors.Norm(modules::AttnKNorm(block), shape.head_width(), false);
  }
  tensors.Matrix(modules::AttnOutput(block), width, q_width);
  tensors.Norm(modules::FfnNorm(block), width, false);
  tensors.Matrix(modules::FfnGate(block), shape.hidden, width);
  tensors.Matrix(modules::FfnUp(block), shape.hidden, width);
  tensors.Matrix(modules::FfnDown(block), width, shape.hidden);
}

void AddGemma3Block(int block, const DecoderPreset& shape, PresetTensors& tensors) {
  AddLlamaBlock(block, shape, tensors);
  tensors.Norm(modules::AttnQNorm(block), shape.head_width(), false);
  tensors.Norm(modules::AttnKNorm(block), shape.head_width(), false);
  tensors.Norm(modules::AttnPostNorm(block), shape.width, false);
  tensors.Norm(modules::FfnPostNorm(block), shape.width, false);
}

void AddPhi3Block(int block, const DecoderPreset& shape, PresetTensors& tensors) {
  const int width = shape.width, q_width = shape.head_width() * shape.heads;
  const int kv_width = shape.head_width() * shape.kv_heads;
  tensors.Norm(modules::AttnNorm(block), width, false);
  tensors.Matrix(modules::AttnQkv(block), q_width + 2 * kv_width, width);
  tensors.Matrix(modules::AttnOutput(block), width, q_width);
  tensors.Norm(modules::FfnNorm(block), width, false);
  tensors.Matrix(modules::FfnUp(block), 2 * shape.hidden, width);
  tensors.Matrix(modules::FfnDown(block), width, shape.hidden);
}

void AddGpt2Block(int block, const DecoderPreset& shape, PresetTensors& tensors) {
  const int width = shape.width;
  tensors.Norm(modules::AttnNorm(block), width, true);
  if (shape.block == PresetBlock::kOpt) {
    for (const auto module : {modules::AttnQ, modules::AttnK, modules::AttnV}) {
      tensors.Linear(module(block), width, width);
    }
  } else {
    tensors.Linear(modules::AttnQkv(block), 3 * width, width);
  }
  tensors.Linear(modules::AttnOutput(block), width, width);
  tensors.Norm(modules::FfnNorm(block), width, true);
  tensors.Linear(modules::FfnUp(block), shape.hidden, width);
  tensors.Linear(modules::FfnDown(block), width, shape.hidden);
}

using AddBlock = void (*)(int block, const DecoderPreset& shape, PresetTensors& tensors);
constexpr AddBlock kAddBlock[] = {AddLlamaBlock, AddGpt2Block, AddGpt2Block, AddGemma3Block,
                                  AddPhi3Block};  // by PresetBlock

std::vector<std::byte> MakeDecoder(const Preset& preset, const FileType& type) {
  const DecoderPreset& shape = preset.decoder;
  GgufWriter writer;
  AddDecoderKeys(preset, type, writer);
  AddTokenizer(shape.vocabulary, writer);
  PresetTensors tensors(writer, type,
                        {.decoder_blocks = shape.blocks,
                         .vision_blocks = 0,
                         .queries_per_key = shape.heads / shape.kv_heads,
                         .is_tied = shape.is_tied});
  tensors.Matrix(modules::kTokenEmbedding, shape.vocabulary, shape.width);
  tensors.Norm(modules::kOutputNorm, shape.width, shape.has_layer_norms());
  if (!shape.is_tied) tensors.Matrix(modules::kOutput, shape.vocabulary, shape.width);
  if (shape.has_layer_norms()) {
    tensors.Matrix(modules::kPositionEmbedding, shape.context, shape.width);
  }
  const int pairs = shape.head_width() / 2;
  if (shape.has_rope_factors) tensors.Vector(modules::Weight(modules::kRopeFreqs), pairs, 1.0f);
  if (shape.short_context > 0) {
    tensors.Vector(modules::Weight(modules::kRopeFactorsShort), pairs, 1.0f);
    tensors.Vector(modules::Weight(modules::kRopeFactorsLong), pairs, 1.0f);
  }
  for (int block = 0; block < shape.blocks; ++block) {
    kAddBlock[static_cast<std::size_t>(shape.block)](block, shape, tensors);
  }
  Result<std::vector<std::byte>> bytes = writer.ToBytes();
  CHECK(bytes.ok());
  return *std::move(bytes);
}

}  // namespace

PresetFiles MakePreset(const Preset& preset, const FileType& type) {
  PresetFiles files = {.model = MakeDecoder(preset, type), .mmproj = {}};
  if (preset.vision_encoder) {
    files.mmproj = MakePresetVisionEncoder(*preset.vision_encoder, preset.decoder.width);
  }
  if (preset.sound) files.mmproj = MakePresetSoundEncoder(*preset.sound, preset.decoder.width);
  return files;
}

}  // namespace edgevlm
