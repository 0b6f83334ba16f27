// Reads image files of a batch.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"

namespace edgevlm {

inline constexpr std::size_t kMaxImageFileBytes = std::size_t{256} << 20;

// All bytes of a regular file: a batch must not wait at a pipe that is in its list. Errors, which
// name the path: kNotFound, kIo, kInvalid (not a regular file), kTooLarge.
Result<std::vector<std::byte>> ReadImageFile(const std::string& path);

}  // namespace edgevlm
