// Special tokens of a vocabulary: bos, eos and the like.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "convert/huggingface/json.h"
#include "convert/huggingface/vocabulary_tables.h"

namespace edgevlm {

// The JSON files of a folder that describe its vocabulary.
struct VocabularyFiles {
  JsonObject tokenizer;
  JsonObject tokenizer_config;
  JsonObject special_tokens;
  JsonObject generation;
};

struct SpecialTokens {
  std::vector<std::pair<std::string_view, int>> ids;  // by the keys of GGUF
  std::optional<int> bos;                             // begins a text
  std::optional<int> eos;                             // ends it
  std::optional<bool> adds_bos;                       // none: no file has it
  std::optional<bool> adds_eos;
};

// If the files disagree, the first one that names a token of the tables wins, in this order:
// tokenizer_config.json, special_tokens_map.json, config.json, generation_config.json, the
// tokenizer's own file. adds_bos and adds_eos come from tokenizer_config.json, else from the
// template of tokenizer.json. Failures are recorded in files.tokenizer_config. Cost: a pass over
// all tokens for each special token.
SpecialTokens FindSpecialTokens(const JsonObject& config, const VocabularyTables& tables,
                                VocabularyFiles& files);

}  // namespace edgevlm
