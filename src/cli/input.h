// Reads files named on the command line, where "-" is standard input.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"

namespace edgevlm {

inline constexpr std::size_t kMaxInputBytes = std::size_t{256} << 20;

// All bytes of a file, a pipe, or (for "-") standard input.
// Errors, which name the path: kNotFound, kIo, kTooLarge (over kMaxInputBytes).
Result<std::vector<std::byte>> ReadInput(const std::string& path);

}  // namespace edgevlm
