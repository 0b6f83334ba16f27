// The audio encoder and projector of a preset: that of Whisper large v3, before Ultravox's or
// Qwen2-Audio's.
#include <string>
#include <utility>

#include "base/check.h"
#include "convert/preset_tensors.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr FileType kHalfSound = {"F16", 1, DType::kF16, MixtureSize::kPlain};

constexpr int kSoundBands = 128, kSoundWidth = 1280, kSoundHidden = 5120, kSoundBlocks = 32,
              kSoundHeads = 20, kSoundPositions = 1500, kSoundTaps = 3;
constexpr int kPresetStack = 8, kPresetHidden = 4096;

void AddSoundKeys(PresetSound sound, int outputs, GgufWriter& writer) {
  const bool is_ultravox = sound == PresetSound::kUltravox;
  writer.Add(keys::kArchitecture, std::string("clip"));
  writer.Add(keys::kHasAudioEncoder, true);
  writer.Add(keys::kProjectorType, std::string(is_ultravox ? "ultravox" : "qwen2a"));
  writer.Add(keys::kAudioMelBands, Number(kSoundBands));
  writer.Add(keys::kAudioEmbeddingLength, Number(kSoundWidth));
  writer.Add(keys::kAudioFeedForwardLength, Number(kSoundHidden));
  writer.Add(keys::kAudioBlockCount, Number(kSoundBlocks));
  writer.Add(keys::kAudioHeadCount, Number(kSoundHeads));
  writer.Add(keys::kAudioLayerNormEpsilon, 1e-5f);
  writer.Add(keys::kAudioProjectionDim, Number(outputs));
  if (is_ultravox) writer.Add(keys::kStackFactor, Number(kPresetStack));
}

void AddSoundConvolution(int index, int inputs, PresetTensors& tensors) {
  const std::string module = modules::AudioConvolution(index);
  tensors.Values(modules::Weight(module), {kSoundWidth, inputs, kSoundTaps}, inputs * kSoundTaps);
  tensors.Vector(modules::Bias(module), kSoundWidth, 0);
}

void AddSoundBlock(int block, PresetTensors& tensors) {
  const auto name = [block](std::string_view part) { return modules::AudioBlock(block, part); };
  for (const char* part : {"attn_q", "attn_k", "attn_v", "attn_out"}) {
    tensors.Linear(name(part), kSoundWidth, kSoundWidth, std::string_view(part) != "attn_k");
  }
  tensors.Linear(name("ffn_up"), kSoundHidden, kSoundWidth);
  tensors.Linear(name("ffn_down"), kSoundWidth, kSoundHidden);
  tensors.Norm(name("ln1"), kSoundWidth, true);
  tensors.Norm(name("ln2"), kSoundWidth, true);
}

void AddSoundProjector(PresetSound sound, int outputs, PresetTensors& tensors) {
  if (sound == PresetSound::kQwen2Audio) {
    return tensors.Linear(modules::kQwen2AudioOutput, outputs, kSoundWidth);
  }
  tensors.Norm(modules::kUltravoxPreNorm, kPresetStack * kSoundWidth, false);
  tensors.Matrix(modules::kUltravoxFirst, kPresetHidden, kPresetStack * kSoundWidth);
  tensors.Norm(modules::kUltravoxMidNorm, kPresetHidden / 2, false);
  tensors.Matrix(modules::kUltravoxSecond, outputs, kPresetHidden / 2);
}

}  // namespace

std::vector<std::byte> MakePresetSoundEncoder(PresetSound sound, int outputs) {
  GgufWriter writer;
  AddSoundKeys(sound, outputs, writer);
  PresetTensors tensors(writer, kHalfSound, {.decoder_blocks = 0, .vision_blocks = kSoundBlocks});
  AddSoundConvolution(1, kSoundBands, tensors);
  AddSoundConvolution(2, kSoundWidth, tensors);
  tensors.Values(modules::Weight(modules::kAudioPositions), {kSoundPositions, kSoundWidth},
                 kSoundWidth);
  for (int block = 0; block < kSoundBlocks; ++block) AddSoundBlock(block, tensors);
  tensors.Norm(modules::kAudioPostNorm, kSoundWidth, true);
  AddSoundProjector(sound, outputs, tensors);
  Result<std::vector<std::byte>> bytes = writer.ToBytes();
  CHECK(bytes.ok());
  return *std::move(bytes);
}

}  // namespace edgevlm
