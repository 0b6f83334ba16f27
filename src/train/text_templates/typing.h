// AsTyped: a question as people type it.
#pragma once

#include <random>
#include <string>

namespace edgevlm::train {

// The same question with one or more of: a polite phrase around it, American or British spelling,
// no question mark or several, a capital first letter, capitals only, slips of the fingers in long
// words, quotation marks around it. The words themselves stay, so that names can still be found in
// it. text: lower case.
std::string AsTyped(std::string text, std::mt19937_64& rng);

}  // namespace edgevlm::train
