// The vocabulary of a model's folder, as the keys of a GGUF file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "convert/huggingface/json.h"
#include "convert/huggingface/plan.h"

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

// A token that tokenizer.json or tokenizer_config.json adds to those of the model.
struct AddedToken {
  int id = 0;
  std::string text = {};
  bool is_special = false;
};

// The type of an added token: control when it is special, or looks it: "<|im_end|>".
PieceType TypeOf(const AddedToken& token);

// The entries of "added_tokens" of tokenizer.json, or of "added_tokens_decoder" of
// tokenizer_config.json. Errors: kCorrupt.
Result<std::vector<AddedToken>> ReadAddedTokens(JsonObject& tokenizer);
Result<std::vector<AddedToken>> ReadAddedTokensDecoder(JsonObject& tokenizer_config);

// Puts added tokens over the tables. Ids from tables.tokens.size() on are left out: some folders
// list tokens that the model has no embedding for.
void AddTokens(const std::vector<AddedToken>& added, VocabularyTables& tables);

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

// Adds all keys of the vocabulary: tables, special tokens, chat template. config: config.json, for
// ids that no other file gives. Errors: as above, kNotFound (a folder without a vocabulary).
MaybeError AddVocabulary(const std::string& folder, JsonObject& config, int size, FilePlan& plan);

}  // namespace edgevlm
