// The records of all policies, for the table of policy.cc.
#pragma once

#include "cache/policy.h"

namespace edgevlm {

extern const CachePolicy kHalfPolicy, kInt8Policy;  // plain.cc

}  // namespace edgevlm
