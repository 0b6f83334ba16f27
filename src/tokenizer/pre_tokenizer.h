// Pre-tokenizers: how byte-pair tokenizers split a text into words before merging. The names are
// those of GGUF's tokenizer.ggml.pre.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace edgevlm {

struct PreTokenizer {
  std::string_view name;
  // Splits the text into views whose concatenation is the text. O(n).
  std::vector<std::string_view> (*split)(std::string_view text);
  bool ignores_merges = false;  // a word that is a token is not merged but taken as it is
  bool adds_bos = false;        // if the file does not specify it
};

// Null if the name is unknown.
const PreTokenizer* FindPreTokenizer(std::string_view name);

// All names, for error messages: "'default', 'gpt-2' or 'qwen2'".
std::string PreTokenizerNames();

}  // namespace edgevlm
