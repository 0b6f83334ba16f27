#include <immintrin.h>

#include "roofline/probes.h"

namespace edgevlm {

// The empty asm makes the compiler assume that `a` changes, so that no product is reused.
double Int8Avx512Vnni() {
  const __m512i zero = _mm512_setzero_si512(), b = _mm512_set1_epi8(1);
  __m512i a = b;
  __m512i sums[16];
  for (auto& sum : sums) sum = zero;
  for (int step = 0; step < kStepsPerCall; ++step) {
    asm volatile("" : "+v"(a));
#pragma GCC unroll 16
    for (auto& sum : sums) sum = _mm512_dpbusd_epi32(sum, a, b);
  }
  for (auto& sum : sums) asm volatile("" : : "v"(sum));
  return 128.0 * 16 * kStepsPerCall;
}

}  // namespace edgevlm
