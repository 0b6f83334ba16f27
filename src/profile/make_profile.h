// MakeProfile: from the zones of a run to the tree of its modules.
#pragma once

#include "edgevlm/profiler.h"
#include "profile/profiler.h"

namespace edgevlm {

// The modules, timeline, counters and cost of one run; the rest is empty.
//
// A zone's name is the path of its module. Where an enclosing zone's name begins it, the path goes
// on from that zone's module ("language_model.norm" inside "language_model" inside "decode" becomes
// decode, language_model, norm); else it goes on from the enclosing zone's own module. Each module
// gets the time of its zones less that of the zones inside, and so no time counts twice. Zones may
// be open; they count when they have ended.
Profile MakeProfile(const Profiler& profiler);

}  // namespace edgevlm
