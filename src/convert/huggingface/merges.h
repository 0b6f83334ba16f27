// What tokenizer.json says about byte pairs.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "convert/huggingface/json.h"
#include "convert/huggingface/vocabulary_tables.h"

namespace edgevlm {

// The tokens of a map from text to id, "vocab" in tokenizer.json or the whole of vocab.json; those
// in between are unused. Errors: kCorrupt (an id twice, or not below size; names the token).
Result<VocabularyTables> TokensOf(const nlohmann::json& map, int size, const std::string& where);

// Of tokenizer.json: the model's tokens with the added ones. Errors: likewise.
Result<VocabularyTables> TokensOf(JsonObject& tokenizer, int size);

// The pairs that merge, the first merge first: ["a b", ...] or [["a", "b"], ...].
// Errors: kCorrupt (something else).
using Merge = std::pair<std::string, std::string>;
Result<std::vector<Merge>> MergesOf(JsonObject& tokenizer);

}  // namespace edgevlm
