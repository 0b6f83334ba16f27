// The vocabulary of a model's folder, as the keys of a GGUF file.
#pragma once

#include <string>

#include "base/result.h"
#include "convert/huggingface/json.h"
#include "convert/huggingface/plan.h"

namespace edgevlm {

// Adds all keys of the vocabulary: tables, special tokens, chat template. config: config.json, for
// ids that no other file gives; size: as many tokens as the matrix of embeddings has. Errors:
// kNotFound (a folder without a vocabulary), those of vocabulary_tables.h, added_tokens.h and,
// since what is added must load again, LoadTokenizer.
MaybeError AddVocabulary(const std::string& folder, JsonObject& config, int size, FilePlan& plan);

}  // namespace edgevlm
