// Names and folders of generated media.
#pragma once

#include <string>

#include "base/result.h"

namespace edgevlm {

// The number in six digits, so that names sort by it.
std::string SixDigits(int number);

// Creates folder/name with all folders above it. Errors: kIo (names the folder).
MaybeError CreateMediaFolder(const std::string& folder, const std::string& name);

}  // namespace edgevlm
