// A decoder with random weights whose tokens are the 256 bytes. For tests.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "model/families.h"
#include "model/testing/tiny_model.h"
#include "tokenizer/byte_spelling.h"
#include "tokenizer/tokenizer.h"

namespace edgevlm {

inline constexpr int kBytes = 256;

inline Tokenizer ByteTokenizer() {
  Vocabulary vocabulary;
  for (int byte = 0; byte < kBytes; ++byte) {
    vocabulary.tokens.push_back(SpellBytes(std::string(1, static_cast<char>(byte))));
  }
  Result<Tokenizer> tokenizer = Tokenizer::Create(vocabulary);
  CHECK(tokenizer.ok());
  return *std::move(tokenizer);
}

inline std::unique_ptr<const Decoder> ByteDecoder(unsigned seed = 7) {
  const std::vector<std::byte> bytes = TinyModel(kBytes, seed).ToBytes();
  const Result<GgufFile> file = GgufFile::Parse(bytes);
  CHECK(file.ok());
  auto decoder = LoadDecoder(*file);
  CHECK(decoder.ok());
  return *std::move(decoder);
}

}  // namespace edgevlm
