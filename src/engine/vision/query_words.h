// The words of a question that name what to look for.
#pragma once

#include <string>
#include <string_view>

namespace edgevlm {

// In lower case (ASCII), with spaces between them: "where is the red ball?" -> "red ball". Left out
// are words that any English question may have, and words for a video and its parts. Empty if
// nothing is left.
std::string QueryWords(std::string_view question);

}  // namespace edgevlm
