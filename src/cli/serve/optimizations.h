// Lists which optimizations a running server uses, for its page.
#pragma once

#include <map>
#include <string>

#include "cli/options.h"
#include "edgevlm/scheduler.h"

namespace edgevlm {

// Keyed as in config.yaml without the section, with values as spelled there.
std::map<std::string, std::string> Optimizations(const ModelOptions& model,
                                                 const SchedulerOptions& scheduler);

}  // namespace edgevlm
