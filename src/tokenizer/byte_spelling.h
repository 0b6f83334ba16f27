// Byte spelling: how a byte-level vocabulary writes bytes as printable text (Radford et al. 2019,
// "Language Models are Unsupervised Multitask Learners", GPT-2). Every byte is one code point:
// printable Latin-1 stands for itself, the other 68 bytes for U+0100 and on, in order; a blank is
// "Ġ" (U+0120).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace edgevlm {

// The spelling of any bytes, in UTF-8.
std::string SpellBytes(std::string_view bytes);

// The bytes that a spelling stands for; none if it holds a code point that spells no byte.
std::optional<std::string> UnspellBytes(std::string_view spelling);

}  // namespace edgevlm
