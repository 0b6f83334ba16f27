// lmms-eval's rule for the letter of a reply (choice_rules.h).
#pragma once

#include <cstddef>
#include <string_view>

namespace edgevlm {

// choices: 1 to 26. '\0' if there is no letter. Characters that ASCII lacks count as letters.
char LmmsEvalLetter(std::string_view reply, std::size_t choices);

}  // namespace edgevlm
