// Runs a command of the user's with a text as its input.
#pragma once

#include <string>

#include "base/result.h"

namespace edgevlm {

// Runs `sh -c COMMAND`, whose standard input is the text and whose output goes to standard error;
// kills it after so long. Errors: kIo (it cannot be started, it fails, or it takes too long).
MaybeError RunCommand(const std::string& command, const std::string& text, int timeout_ms);

}  // namespace edgevlm
