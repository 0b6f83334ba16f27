// The vocabulary of a model's folder, as the keys of a GGUF file.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "convert/huggingface/json.h"
#include "convert/huggingface/plan.h"
#include "convert/huggingface/vocabulary_tables.h"

namespace edgevlm {

// Adds all keys of the vocabulary: tables, special tokens, chat template. config: config.json, for
// ids that no other file has; size: rows of the token embedding; tables: in place of the folder's,
// of a model that has none. Errors: kNotFound (a folder without a vocabulary), those of
// vocabulary_tables.h and added_tokens.h, and those of LoadTokenizer, which must accept the result.
MaybeError AddVocabulary(const std::string& folder, JsonObject& config, int size, FilePlan& plan,
                         std::optional<VocabularyTables> tables = {});

}  // namespace edgevlm
