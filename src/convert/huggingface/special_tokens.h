// The tokens of a vocabulary that have a purpose: the one that begins a text, ends it, ...
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "convert/huggingface/json.h"
#include "convert/huggingface/vocabulary_tables.h"

namespace edgevlm {

// The JSON files of a folder that speak about its vocabulary.
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
  std::optional<bool> adds_bos;                       // nothing: no file says so
  std::optional<bool> adds_eos;
};

// Where the files differ, the first counts that gives a token of the tables: tokenizer_config.json,
// special_tokens_map.json, config.json, generation_config.json, the tokenizer's own file. Whether
// texts begin or end with one says tokenizer_config.json, or else the template of tokenizer.json.
// Failures go to files.tokenizer_config. Cost: a pass over the tokens for each purpose.
SpecialTokens FindSpecialTokens(const JsonObject& config, const VocabularyTables& tables,
                                VocabularyFiles& files);

}  // namespace edgevlm
