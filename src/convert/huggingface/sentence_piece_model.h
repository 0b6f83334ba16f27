// The file of a SentencePiece tokenizer (tokenizer.model): the pieces and what they are for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace edgevlm {

// One piece. The numbers of types are those of GGUF's token types too.
struct SentencePiece {
  std::string text;  // blanks as U+2581
  float score = 0;
  std::int32_t type = 1;
};

struct SentencePieceModel {
  static constexpr std::size_t kMaxPieces = 1 << 20;
  static constexpr std::size_t kMaxPieceBytes = 1 << 16;

  std::vector<SentencePiece> pieces;  // by id
  int unknown = 0;
  int bos = 1;
  int eos = 2;
  int padding = -1;              // -1: none
  bool adds_blank_first = true;  // add_dummy_prefix
};

// Reads a protobuf message ModelProto: field 1 the pieces {1 text, 2 score, 3 type}, 2 the training
// {40 to 43 the ids of unknown, bos, eos and padding}, 3 the normalizer {3 add_dummy_prefix}; other
// fields are skipped.
// Source: github.com/google/sentencepiece, src/sentencepiece_model.proto (2018).
// Errors: kCorrupt (cut; a type that does not exist), kTooLarge. Messages start with
// "sentencepiece".
Result<SentencePieceModel> ParseSentencePieceModel(std::span<const std::byte> bytes);

}  // namespace edgevlm
