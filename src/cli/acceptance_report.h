// Reports the results of speculation measurements on a terminal and as JSON.
#pragma once

#include <string>

#include "measure/acceptance.h"

namespace edgevlm {

// A Markdown table, and a JSON object.
std::string AcceptanceMarkdown(const AcceptanceTest& test, const AcceptanceResult& result);
std::string AcceptanceJson(const AcceptanceTest& test, const AcceptanceResult& result);

}  // namespace edgevlm
