// Maps the pre_tokenizer of a tokenizer.json to a pre-tokenizer name of GGUF.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"

namespace edgevlm {

// pre_tokenizer: this entry of a byte-pair tokenizer.json. It is recognized by its steps: the
// regular expressions it splits by, single digits, or GPT-2's splitting. Errors: kUnsupported
// (names the unknown pattern or step).
Result<std::string> PreTokenizerName(const nlohmann::json& pre_tokenizer, const std::string& where);

}  // namespace edgevlm
