// Looking things up in profiles.
#pragma once

#include <span>
#include <string_view>

#include "edgevlm/profiler.h"

namespace edgevlm {

// The one of that name among these; null: none.
const ModuleProfile* FindModule(std::span<const ModuleProfile> modules, std::string_view name);

// The median of the runs; of the modules together, where no run has timings, and in sums over many
// requests.
double TotalMilliseconds(const Profile& profile);

// REQUIRES: not empty.
double Median(std::vector<double> values);

}  // namespace edgevlm
