#include <arm_neon.h>

#include "roofline/probes.h"

namespace edgevlm {

// The empty asm makes the compiler assume that `a` changes, so that no product is reused.
double FloatNeon() {
  const float32x4_t zero = vdupq_n_f32(0), b = vdupq_n_f32(0.5f);
  float32x4_t a = b;
  float32x4_t sums[12];
  for (auto& sum : sums) sum = zero;
  for (int step = 0; step < kStepsPerCall; ++step) {
    asm volatile("" : "+w"(a));
#pragma GCC unroll 12
    for (auto& sum : sums) sum = vfmaq_f32(sum, a, b);
  }
  for (auto& sum : sums) asm volatile("" : : "w"(sum));
  return 8.0 * 12 * kStepsPerCall;
}

std::uint64_t ReadNeon(const std::byte* data, std::size_t bytes) {
  constexpr std::size_t kSums = 8;
  uint8x16_t sums[kSums];
#pragma GCC unroll 8
  for (auto& sum : sums) sum = vdupq_n_u8(0);
  for (std::size_t i = 0; i < bytes; i += kSums * sizeof(uint8x16_t)) {
#pragma GCC unroll 8
    for (std::size_t s = 0; s < kSums; ++s) {
      sums[s] = vorrq_u8(
          sums[s],
          vld1q_u8(reinterpret_cast<const std::uint8_t*>(data + i + s * sizeof(uint8x16_t))));
    }
  }
  uint8x16_t all = sums[0];
#pragma GCC unroll 8
  for (const auto& sum : sums) all = vorrq_u8(all, sum);
  std::uint64_t words[sizeof(uint8x16_t) / sizeof(std::uint64_t)];
  __builtin_memcpy(words, &all, sizeof(words));
  std::uint64_t any = 0;
  for (const std::uint64_t word : words) any |= word;
  return any;
}

}  // namespace edgevlm
