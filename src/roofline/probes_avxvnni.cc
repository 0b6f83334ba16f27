#include <immintrin.h>

#include "roofline/probes.h"

namespace edgevlm {

// The empty asm makes the compiler assume that `a` changes, so that no product is reused.
double Int8AvxVnni() {
  const __m256i zero = _mm256_setzero_si256(), b = _mm256_set1_epi8(1);
  __m256i a = b;
  __m256i sums[12];
  for (auto& sum : sums) sum = zero;
  for (int step = 0; step < kStepsPerCall; ++step) {
    asm volatile("" : "+x"(a));
#pragma GCC unroll 12
    for (auto& sum : sums) sum = _mm256_dpbusd_avx_epi32(sum, a, b);
  }
  for (auto& sum : sums) asm volatile("" : : "x"(sum));
  return 64.0 * 12 * kStepsPerCall;
}

}  // namespace edgevlm
