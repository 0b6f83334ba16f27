#include <arm_neon.h>

#include "roofline/probes.h"

namespace edgevlm {

// The empty asm makes the compiler assume that `a` changes, so that no product is reused.
double Bfloat16Neon() {
  const float32x4_t zero = vdupq_n_f32(0);
  const bfloat16x8_t b = vdupq_n_bf16(vcvth_bf16_f32(0.5f));
  bfloat16x8_t a = b;
  float32x4_t sums[12];
  for (auto& sum : sums) sum = zero;
  for (int step = 0; step < kStepsPerCall; ++step) {
    asm volatile("" : "+w"(a));
#pragma GCC unroll 12
    for (auto& sum : sums) sum = vbfmmlaq_f32(sum, a, b);
  }
  for (auto& sum : sums) asm volatile("" : : "w"(sum));
  return 32.0 * 12 * kStepsPerCall;
}

}  // namespace edgevlm
