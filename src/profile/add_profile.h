// Adds up profiles.
#pragma once

#include "edgevlm/profiler.h"

namespace edgevlm {

// Adds calls, times and work of a module and those inside, which are matched by name. Peaks are the
// higher one.
void AddModule(const ModuleProfile& from, ModuleProfile& to);

// Adds the modules, the threads and events of the timeline, the counters and the cost of one of
// several profilers that were started at the same time. The rest of `to` stays.
void AddProfile(const Profile& from, Profile& to);

}  // namespace edgevlm
