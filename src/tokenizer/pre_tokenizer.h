// Pre-tokenizers: how the models that use byte pairs split a text before any pair is merged. The
// names are those of GGUF's tokenizer.ggml.pre.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace edgevlm {

struct PreTokenizer {
  std::string_view name;
  // Views into the text which joined give it back. O(n).
  std::vector<std::string_view> (*split)(std::string_view text);
  bool takes_whole_words = false;  // a word that is a token becomes it, whatever the merges say
  bool adds_bos = false;           // where the file does not say
};

// Null: no such name.
const PreTokenizer* FindPreTokenizer(std::string_view name);

// All names, for messages: "'default', 'gpt-2' or 'qwen2'".
std::string PreTokenizerNames();

}  // namespace edgevlm
