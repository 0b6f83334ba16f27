#include <arm_neon.h>

#include "roofline/probes.h"

namespace edgevlm {

// The empty asm makes the compiler assume that `a` changes, so that no product is reused.
double Int8Dotprod() {
  const int32x4_t zero = vdupq_n_s32(0);
  const int8x16_t b = vdupq_n_s8(1);
  int8x16_t a = b;
  int32x4_t sums[12];
  for (auto& sum : sums) sum = zero;
  for (int step = 0; step < kStepsPerCall; ++step) {
    asm volatile("" : "+w"(a));
#pragma GCC unroll 12
    for (auto& sum : sums) sum = vdotq_s32(sum, a, b);
  }
  for (auto& sum : sums) asm volatile("" : : "w"(sum));
  return 32.0 * 12 * kStepsPerCall;
}

}  // namespace edgevlm
