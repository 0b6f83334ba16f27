// Which of GGUF's pre-tokenizers a tokenizer.json means.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"

namespace edgevlm {

// pre_tokenizer: that entry of tokenizer.json, of byte pairs. Told by what it does: the patterns it
// splits by, digits one by one, or GPT-2's own splitting.
// Errors: kUnsupported (names the pattern or the step that is not known).
Result<std::string> PreTokenizerName(const nlohmann::json& pre_tokenizer, const std::string& where);

}  // namespace edgevlm
