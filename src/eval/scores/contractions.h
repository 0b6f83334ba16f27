// English contractions whose apostrophe people leave out, as the evaluation of VQA lists them.
#pragma once

#include <string_view>

namespace edgevlm {

// The contraction for a word that lacks one of its apostrophes: "dont" gives "don't", "couldn'tve"
// gives "couldn't've". Any other word is returned as it is. word: lower case. Threads: any.
std::string_view WithApostrophe(std::string_view word);

}  // namespace edgevlm
