// The tables of a vocabulary: tokens by id, and what they are for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "convert/huggingface/json.h"

namespace edgevlm {

// The numbers of tokenizer.ggml.token_type.
enum class PieceType : std::int32_t {
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,
  kUserDefined = 4,
  kUnused = 5,
  kByte = 6,
};

struct VocabularyTables {
  std::string model = {};                // "llama" (SentencePiece) or "gpt2" (byte pairs)
  std::string pre_tokenizer = {};        // a name of GGUF
  std::vector<std::string> tokens = {};  // by id
  std::vector<PieceType> types = {};     // by id
  std::vector<float> scores = {};        // by id, of SentencePiece
  std::vector<std::string> merges = {};  // of byte pairs: "a b"
  std::optional<int> unknown = {};       // ids that the tokenizer's own file gives
  std::optional<int> bos = {};
  std::optional<int> eos = {};
  std::optional<bool> adds_blank_first = {};

  // The text of an id that has none: "[PAD7]".
  static std::string Filler(std::size_t id) { return "[PAD" + std::to_string(id) + "]"; }

  // Adds unused tokens up to `size`.
  void PadTo(std::size_t size);
};

// The tables alone. size: as many tokens as the model's matrix of embeddings has; fewer are filled
// up. Errors: kCorrupt, kUnsupported, those of the formats.
//
// Of tokenizer.model.
Result<VocabularyTables> ReadPieces(const std::string& path, int size);
// Of tokenizer.json with byte fallback: the same pieces, but without scores. They follow from the
// order of the merges: what merges first has the higher score.
Result<VocabularyTables> PiecesOf(JsonObject& tokenizer, int size);
// Of any other tokenizer.json of byte pairs.
Result<VocabularyTables> BytePairsOf(JsonObject& tokenizer, int size);
// Of vocab.json and merges.txt.
Result<VocabularyTables> ReadBytePairs(const std::string& folder, int size);

}  // namespace edgevlm
