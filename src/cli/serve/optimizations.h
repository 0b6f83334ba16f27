// What of a running server is switched on, for its page.
#pragma once

#include <map>
#include <string>

#include "cli/options.h"
#include "edgevlm/scheduler.h"

namespace edgevlm {

// By the keys of config.yaml without their section, values as it spells them.
std::map<std::string, std::string> Optimizations(const ModelOptions& model,
                                                 const SchedulerOptions& scheduler);

}  // namespace edgevlm
