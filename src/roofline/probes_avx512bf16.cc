#include <immintrin.h>

#include "roofline/probes.h"

namespace edgevlm {

// The empty asm makes the compiler assume that `a` changes, so that no product is reused.
double Bfloat16Avx512() {
  const __m512 zero = _mm512_setzero_ps(), half = _mm512_set1_ps(0.5f);
  const __m512bh b = _mm512_cvtne2ps_pbh(half, half);
  __m512bh a = b;
  __m512 sums[16];
  for (auto& sum : sums) sum = zero;
  for (int step = 0; step < kStepsPerCall; ++step) {
    asm volatile("" : "+v"(a));
#pragma GCC unroll 16
    for (auto& sum : sums) sum = _mm512_dpbf16_ps(sum, a, b);
  }
  for (auto& sum : sums) asm volatile("" : : "v"(sum));
  return 64.0 * 16 * kStepsPerCall;
}

}  // namespace edgevlm
