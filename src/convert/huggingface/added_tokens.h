// Tokens that a folder adds to those of its tokenizer.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "convert/huggingface/json.h"
#include "convert/huggingface/vocabulary_tables.h"

namespace edgevlm {

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

// The entries of added_tokens.json, {"<pad>": 32000}; none where there is no such file. Errors:
// those of ReadJson, kCorrupt.
Result<std::vector<AddedToken>> ReadAddedTokensMap(const std::string& path);

// Puts added tokens over the tables. Ids from tables.tokens.size() on are left out: some folders
// list tokens that the model has no embedding for.
void AddTokens(const std::vector<AddedToken>& added, VocabularyTables& tables);

}  // namespace edgevlm
