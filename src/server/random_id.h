// Ids that cannot be guessed.
#pragma once

#include <string>

namespace edgevlm {

// 32 hexadecimal digits.
std::string RandomId();

}  // namespace edgevlm
