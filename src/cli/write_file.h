// WriteFile: writes results to a file named on the command line.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/result.h"

namespace edgevlm {

// Checks that results may replace what `path` refers to. input: the path of a file that the command
// reads; empty: none. Errors: kInvalid, names the path (it is the input, or a model).
MaybeError CheckResultPath(const std::string& path, const std::string& input);

// Writes the bytes to a device or a pipe, or to a file that replaces the existing one once it is
// complete. Errors, which name the path: those of CheckResultPath and of OutputFile.
MaybeError WriteFile(const std::string& path, std::span<const std::byte> bytes,
                     const std::string& input = {});

}  // namespace edgevlm
