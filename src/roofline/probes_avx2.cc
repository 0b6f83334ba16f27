#include <immintrin.h>

#include "roofline/probes.h"

namespace edgevlm {

// The empty asm makes the compiler assume that `a` changes, so that no product is reused.
double FloatAvx2() {
  const __m256 zero = _mm256_setzero_ps(), b = _mm256_set1_ps(0.5f);
  __m256 a = b;
  __m256 sums[12];
  for (auto& sum : sums) sum = zero;
  for (int step = 0; step < kStepsPerCall; ++step) {
    asm volatile("" : "+x"(a));
#pragma GCC unroll 12
    for (auto& sum : sums) sum = _mm256_fmadd_ps(a, b, sum);
  }
  for (auto& sum : sums) asm volatile("" : : "x"(sum));
  return 16.0 * 12 * kStepsPerCall;
}

double Int8Avx2() {
  const __m256i zero = _mm256_setzero_si256(), b = _mm256_set1_epi8(1);
  const __m256i ones = _mm256_set1_epi16(1);
  __m256i a = b;
  __m256i sums[8];
  for (auto& sum : sums) sum = zero;
  for (int step = 0; step < kStepsPerCall; ++step) {
#pragma GCC unroll 8
    for (auto& sum : sums) {
      asm volatile("" : "+x"(a));  // here, because the products are the same for all sums
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(a, b), ones));
    }
  }
  for (auto& sum : sums) asm volatile("" : : "x"(sum));
  return 64.0 * 8 * kStepsPerCall;
}

std::uint64_t ReadAvx2(const std::byte* data, std::size_t bytes) {
  constexpr std::size_t kSums = 8;
  __m256i sums[kSums];
#pragma GCC unroll 8
  for (auto& sum : sums) sum = _mm256_setzero_si256();
  for (std::size_t i = 0; i < bytes; i += kSums * sizeof(__m256i)) {
#pragma GCC unroll 8
    for (std::size_t s = 0; s < kSums; ++s) {
      sums[s] = _mm256_or_si256(
          sums[s],
          _mm256_load_si256(reinterpret_cast<const __m256i*>(data + i + s * sizeof(__m256i))));
    }
  }
  __m256i all = sums[0];
#pragma GCC unroll 8
  for (const auto& sum : sums) all = _mm256_or_si256(all, sum);
  std::uint64_t words[sizeof(__m256i) / sizeof(std::uint64_t)];
  __builtin_memcpy(words, &all, sizeof(words));
  std::uint64_t any = 0;
  for (const std::uint64_t word : words) any |= word;
  return any;
}

}  // namespace edgevlm
