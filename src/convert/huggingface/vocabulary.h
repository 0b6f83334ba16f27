// The vocabulary of a model's folder, as the keys of a GGUF file.
#pragma once

#include <string>

#include "base/result.h"
#include "convert/huggingface/json.h"
#include "convert/huggingface/plan.h"

namespace edgevlm {

// Adds all keys of the vocabulary: tables, special tokens, chat template. config: config.json, for
// ids that no other file has; size: rows of the token embedding. Errors: kNotFound (a folder
// without a vocabulary), those of vocabulary_tables.h and added_tokens.h, and those of
// LoadTokenizer, which must accept the result.
MaybeError AddVocabulary(const std::string& folder, JsonObject& config, int size, FilePlan& plan);

}  // namespace edgevlm
