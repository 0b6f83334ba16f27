// VocabularyTables: tokens, their types, scores and merges, as GGUF stores them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "convert/huggingface/json.h"

namespace edgevlm {

// The values of tokenizer.ggml.token_type.
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
  std::optional<int> unknown = {};       // ids from the tokenizer's own file
  std::optional<int> bos = {};
  std::optional<int> eos = {};
  std::optional<bool> adds_space_prefix = {};

  // The text of an unused id: "[PAD7]".
  static std::string Filler(std::size_t id) { return "[PAD" + std::to_string(id) + "]"; }

  // Adds unused tokens up to `size`.
  void PadTo(std::size_t size);
};

// The functions below read the tables only. size: rows of the token embedding; a smaller vocabulary
// is padded. Errors: kCorrupt, kUnsupported, those of the formats.
//
// From tokenizer.model.
Result<VocabularyTables> ReadPieces(const std::string& path, int size);
// From a tokenizer.json with byte fallback: the same pieces, but the file has no scores. They are
// derived from the order of the merges: the earlier merge has the higher score.
Result<VocabularyTables> PiecesOf(JsonObject& tokenizer, int size);
// From any other byte-pair tokenizer.json.
Result<VocabularyTables> BytePairsOf(JsonObject& tokenizer, int size);
// From vocab.json and merges.txt.
Result<VocabularyTables> ReadBytePairs(const std::string& folder, int size);

}  // namespace edgevlm
