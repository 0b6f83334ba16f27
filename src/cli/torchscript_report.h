// The report of `edgevlm bench --torchscript`.
#pragma once

#include <string>

#include "measure/torchscript.h"

namespace edgevlm {

// A table of medians, and the captions below it.
std::string TorchScriptMarkdown(const TorchScriptComparison& comparison);

// One object, with the medians in milliseconds.
std::string TorchScriptJson(const TorchScriptComparison& comparison);

}  // namespace edgevlm
