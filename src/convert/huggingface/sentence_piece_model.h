// Parser for SentencePiece model files (tokenizer.model).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace edgevlm {

// One piece. Types have the same numbers as GGUF's token types.
struct SentencePiece {
  std::string text;  // spaces as U+2581
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
  int padding = -1;               // -1: none
  bool adds_space_prefix = true;  // add_dummy_prefix
};

// Parses a protobuf message ModelProto: field 1 is the pieces {1 text, 2 score, 3 type}, field 2
// the trainer {40 to 43 the ids of unknown, bos, eos and padding}, field 3 the normalizer {3
// add_dummy_prefix}. Other fields are skipped.
// Source: github.com/google/sentencepiece, src/sentencepiece_model.proto (2018).
// Errors: kCorrupt (truncated; unknown piece type), kTooLarge. Messages start with
// "sentencepiece".
Result<SentencePieceModel> ParseSentencePieceModel(std::span<const std::byte> bytes);

}  // namespace edgevlm
