// The records of all policies, for the table in policy.cc.
#pragma once

#include "cache/policy.h"

namespace edgevlm {

extern const CachePolicy kKiviPolicy, kGearPolicy;                      // q4.cc
extern const CachePolicy kHalfPolicy, kInt8Policy;                      // plain.cc
extern const CachePolicy kH2oPolicy;                                    // h2o.cc
extern const CachePolicy kSnapKvPolicy, kPyramidPolicy, kThirdsPolicy;  // snapkv.cc
extern const CachePolicy kWindowPolicy;                                 // window.cc

}  // namespace edgevlm
