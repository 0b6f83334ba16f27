// Byte spelling: the mapping of bytes to printable text in byte-level BPE (Radford et al. 2019,
// "Language Models are Unsupervised Multitask Learners", GPT-2). Every byte is one code point:
// printable Latin-1 maps to itself, the other 68 bytes to U+0100 and up, in order; a space is "Ġ"
// (U+0120).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace edgevlm {

// The spelling of the bytes, in UTF-8.
std::string SpellBytes(std::string_view bytes);

// The inverse. None if a code point stands for no byte.
std::optional<std::string> UnspellBytes(std::string_view spelling);

}  // namespace edgevlm
