// Reads the vocabulary and the merges of a byte-pair tokenizer.json.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "convert/huggingface/json.h"
#include "convert/huggingface/vocabulary_tables.h"

namespace edgevlm {

// The tokens of a map from text to id: "vocab" in tokenizer.json, or all of vocab.json. Ids without
// a token become unused ones. Errors: kCorrupt (duplicate id, or id >= size; names the token).
Result<VocabularyTables> TokensOf(const nlohmann::json& map, int size, const std::string& where);

// The tokens of tokenizer.json: those of its model and the added ones. Errors: likewise.
Result<VocabularyTables> TokensOf(JsonObject& tokenizer, int size);

// The merges in order of their rank, from ["a b", ...] or [["a", "b"], ...].
// Errors: kCorrupt (any other form).
using Merge = std::pair<std::string, std::string>;
Result<std::vector<Merge>> MergesOf(JsonObject& tokenizer);

}  // namespace edgevlm
