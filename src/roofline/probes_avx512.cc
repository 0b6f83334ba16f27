#include <immintrin.h>

#include "roofline/probes.h"

namespace edgevlm {

// The empty asm makes the compiler assume that `a` changes, so that no product is reused.
double FloatAvx512() {
  const __m512 zero = _mm512_setzero_ps(), b = _mm512_set1_ps(0.5f);
  __m512 a = b;
  __m512 sums[16];
  for (auto& sum : sums) sum = zero;
  for (int step = 0; step < kStepsPerCall; ++step) {
    asm volatile("" : "+v"(a));
#pragma GCC unroll 16
    for (auto& sum : sums) sum = _mm512_fmadd_ps(a, b, sum);
  }
  for (auto& sum : sums) asm volatile("" : : "v"(sum));
  return 32.0 * 16 * kStepsPerCall;
}

std::uint64_t ReadAvx512(const std::byte* data, std::size_t bytes) {
  constexpr std::size_t kSums = 8;
  __m512i sums[kSums];
#pragma GCC unroll 8
  for (auto& sum : sums) sum = _mm512_setzero_si512();
  for (std::size_t i = 0; i < bytes; i += kSums * sizeof(__m512i)) {
#pragma GCC unroll 8
    for (std::size_t s = 0; s < kSums; ++s) {
      sums[s] = _mm512_or_si512(sums[s], _mm512_load_si512(data + i + s * sizeof(__m512i)));
    }
  }
  __m512i all = sums[0];
#pragma GCC unroll 8
  for (const auto& sum : sums) all = _mm512_or_si512(all, sum);
  std::uint64_t words[sizeof(__m512i) / sizeof(std::uint64_t)];
  __builtin_memcpy(words, &all, sizeof(words));
  std::uint64_t any = 0;
  for (const std::uint64_t word : words) any |= word;
  return any;
}

}  // namespace edgevlm
