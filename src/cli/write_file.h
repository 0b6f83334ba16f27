// WriteFile: results that go to a file named on the command line.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/result.h"

namespace edgevlm {

// Writes the bytes to `path` in place of what is there. Errors: kIo, names the path.
MaybeError WriteFile(const std::string& path, std::span<const std::byte> bytes);

}  // namespace edgevlm
