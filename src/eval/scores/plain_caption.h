// A caption in lower case with ASCII punctuation: the first step of CaptionTokens.
#pragma once

#include <string>
#include <string_view>

namespace edgevlm {

// Curly quotes become ' and ", long dashes "--", all kinds of white space ' '. A pound sign becomes
// "#" and a euro sign "$", as the PTB tokenizer has it; 1/2 in one character becomes "1/2". A
// degree sign stands alone. Emoji, other symbols, control characters and bytes that are not UTF-8
// become ' '. Letters of all scripts stay.
std::string PlainCaption(std::string_view caption);

}  // namespace edgevlm
