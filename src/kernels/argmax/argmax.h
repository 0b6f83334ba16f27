// ArgMax: the index of the greatest logit.
#pragma once

#include <span>

#include "kernels/variant.h"

namespace edgevlm {

// The index of the greatest value, the first one if several are equal. All variants agree.
//   x  [n], n >= 1, no NaN
// Cost O(n), in the caller's thread.
int ArgMax(std::span<const float> x);

// For tests and benchmarks: every variant in this binary.
using ArgMaxFunction = int (*)(const float* x, int n);
const VariantList<ArgMaxFunction>& ArgMaxVariants();

int ArgMaxScalar(const float* x, int n);
HighwayVariants<ArgMaxFunction> ArgMaxHighway();

}  // namespace edgevlm
