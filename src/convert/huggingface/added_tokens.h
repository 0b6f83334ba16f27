// Added tokens: those that a folder defines besides the tokens of its tokenizer model.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "convert/huggingface/json.h"
#include "convert/huggingface/vocabulary_tables.h"

namespace edgevlm {

// A token that tokenizer.json, tokenizer_config.json or added_tokens.json adds.
struct AddedToken {
  int id = 0;
  std::string text = {};
  bool is_special = false;
};

// kControl if the token is special or looks like it ("<|im_end|>"), else kUserDefined.
PieceType TypeOf(const AddedToken& token);

// The entries of "added_tokens" of tokenizer.json, or of "added_tokens_decoder" of
// tokenizer_config.json. Errors: kCorrupt.
Result<std::vector<AddedToken>> ReadAddedTokens(JsonObject& tokenizer);
Result<std::vector<AddedToken>> ReadAddedTokensDecoder(JsonObject& tokenizer_config);

// The entries of added_tokens.json, {"<pad>": 32000}; empty if there is no such file. Errors: those
// of ReadJson, kCorrupt.
Result<std::vector<AddedToken>> ReadAddedTokensMap(const std::string& path);

// Writes the added tokens into the tables. Ids from tables.tokens.size() on are skipped: some
// folders list tokens for which the model has no embedding.
void AddTokens(const std::vector<AddedToken>& added, VocabularyTables& tables);

}  // namespace edgevlm
