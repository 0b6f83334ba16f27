// A small Whisper with random weights and all tokens of a transcript, for tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/testing/golden_files.h"
#include "gguf/names.h"
#include "gguf/reader.h"
#include "gguf/writer.h"

namespace edgevlm {

inline constexpr int kTinyTextTokens = 1024;

// The tokens behind those of texts, in the order of Whisper's own vocabulary.
inline std::vector<std::string> TinySpecials() {
  return {"<|endoftext|>", "<|startoftranscript|>", "<|en|>",        "<|de|>",
          "<|translate|>", "<|transcribe|>",        "<|startoflm|>", "<|startofprev|>",
          "<|nospeech|>",  "<|notimestamps|>"};
}

struct TinySizes {
  int context = 64;
  int audio_positions = 1500;
};

// families/whisper.gguf with these tokens and 1501 times, whose embeddings are random.
inline std::vector<std::byte> TinyWhisper(const TinySizes& sizes = {}) {
  constexpr std::int32_t kControl = 3, kUnused = 5;
  constexpr std::size_t kTimes = 1501;
  const MappedFile mapped = OpenGolden("families/whisper.gguf");
  const auto file = GgufFile::Parse(mapped.bytes());
  CHECK(file.ok());
  GgufWriter writer;
  const std::vector<std::string> specials = TinySpecials();
  const std::size_t added = specials.size() + kTimes;
  for (const GgufKey& key : file->keys()) {
    GgufValue value = file->Value(key);
    if (key.name == keys::kTokens) {
      auto& tokens = std::get<std::vector<std::string>>(value);
      tokens.insert(tokens.end(), specials.begin(), specials.end());
      for (std::size_t i = 0; i < kTimes; ++i) tokens.push_back("[PAD" + std::to_string(i) + "]");
    } else if (key.name == keys::kTokenTypes) {
      auto& types = std::get<std::vector<std::int32_t>>(value);
      types.resize(types.size() + specials.size(), kControl);
      types.resize(types.size() + kTimes, kUnused);
    }
    if (key.name == keys::ContextLength("whisper")) {
      value = static_cast<std::uint32_t>(sizes.context);
    } else if (key.name == keys::ContextLength("whisper.audio")) {
      value = static_cast<std::uint32_t>(sizes.audio_positions);
    }
    writer.Add(key.name, std::move(value));
  }
  for (const GgufTensor& tensor : file->tensors()) {
    std::vector<std::byte> bytes(tensor.view.bytes.begin(), tensor.view.bytes.end());
    Shape shape = tensor.view.shape;
    if (tensor.name == modules::Weight(modules::kTokenEmbedding)) {
      std::vector<float> values = *ToFloats(tensor.view);
      std::mt19937 random(7);
      const std::size_t size = values.size() + added * static_cast<std::size_t>(shape[1]);
      while (values.size() < size) {
        values.push_back(static_cast<float>(static_cast<double>(random()) * 0x1p-32 - 0.5) / 4);
      }
      bytes = *FromFloats(values, tensor.view.dtype);
      shape = {kTinyTextTokens + static_cast<std::int64_t>(added), shape[1]};
    }
    const bool is_text = tensor.name == modules::Weight(modules::kPositionEmbedding);
    if (is_text || tensor.name == modules::Weight(modules::kAudioPositions)) {
      shape = {is_text ? sizes.context : sizes.audio_positions, shape[1]};
      bytes.resize(static_cast<std::size_t>(*BytesOf(tensor.view.dtype, shape)));
    }
    writer.AddTensor(tensor.name, tensor.view.dtype, shape, std::move(bytes));
  }
  return *writer.ToBytes();
}

}  // namespace edgevlm
