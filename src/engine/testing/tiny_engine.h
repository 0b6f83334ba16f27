// A complete model file with random weights and a tokenizer for any text. For tests.
#pragma once

#include <string>
#include <vector>

#include "edgevlm/edgevlm.h"
#include "image/image.h"
#include "model/testing/tiny_model.h"
#include "tokenizer/byte_spelling.h"

namespace edgevlm {

inline constexpr int kTinyControls = 6;

// The 256 bytes, some merges, the control tokens (the first of which ends a reply).
inline std::vector<std::string> TinyTokens() {
  std::vector<std::string> tokens;
  for (int byte = 0; byte < 256; ++byte) {
    tokens.push_back(SpellBytes(std::string(1, static_cast<char>(byte))));
  }
  for (const char* merged : {" a", " c", "at", " cat"}) tokens.push_back(SpellBytes(merged));
  for (const char* control :
       {"<|endoftext|>", "<|image|>", "<|question|>", "<|answer|>", "<|caption|>", "<|spare|>"}) {
    tokens.push_back(control);
  }
  return tokens;
}

inline TinyModel TinyWithTokenizer(unsigned seed = 7) {
  const std::vector<std::string> tokens = TinyTokens();
  const int count = static_cast<int>(tokens.size());
  TinyModel model(count, seed);
  // Mostly lower-case letters: other tokens get short embeddings, and so small logits.
  std::vector<float>& embeddings = model.tensors["token_embd.weight"].values;
  for (std::size_t i = 0; i < embeddings.size(); ++i) {
    const std::size_t token = i / TinyModel::kWidth;
    const bool is_letter = 'a' <= token && token <= 'z';
    if (!is_letter) embeddings[i] *= 0.25f;  // exact in float16, except for the smallest
  }
  std::vector<std::int32_t> types(tokens.size(), 1);
  std::fill(types.end() - kTinyControls, types.end(), 3);
  const std::string blank = SpellBytes(" ");
  model.keys[std::string(keys::kTokenizerModel)] = std::string("gpt2");
  model.keys[std::string(keys::kTokenizerPre)] = std::string("gpt-2");
  model.keys[std::string(keys::kTokens)] = tokens;
  model.keys[std::string(keys::kTokenTypes)] = types;
  model.keys[std::string(keys::kMerges)] =
      std::vector<std::string>{blank + " a", blank + " c", "a t", blank + "c at"};
  model.keys[std::string(keys::kBosTokenId)] = static_cast<std::uint32_t>(count - kTinyControls);
  model.keys[std::string(keys::kEosTokenId)] = static_cast<std::uint32_t>(count - kTinyControls);
  return model;
}

inline Engine TinyEngine(int threads = 1) {
  const std::vector<std::byte> bytes = TinyWithTokenizer().ToBytes();
  Result<Engine> engine = Engine::Load(bytes, {.threads = threads});
  if (!engine) CheckFailed(__FILE__, __LINE__, engine.error().message.c_str());
  return *std::move(engine);
}

// Neighboring values differ.
inline Image TinyPattern(int width, int height) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = static_cast<std::uint8_t>(i * 7 % 251);
  }
  return image;
}

// A PPM file with random pixels.
inline std::vector<std::byte> TinyImage(int width, int height, unsigned seed) {
  const std::string header =
      "P6\n" + std::to_string(width) + " " + std::to_string(height) + "\n255\n";
  std::vector<std::byte> file;
  for (const char c : header) file.push_back(static_cast<std::byte>(c));
  std::mt19937 random(seed);
  for (int i = 0; i < width * height * 3; ++i) {
    file.push_back(static_cast<std::byte>(random() & 0xff));
  }
  return file;
}

}  // namespace edgevlm
