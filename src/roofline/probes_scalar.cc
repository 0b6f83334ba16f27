#include "roofline/probes.h"

namespace edgevlm {

double FloatScalar() {
  constexpr int kSums = 8;
  float sums[kSums] = {};
  float a = 0.5f;
  for (int step = 0; step < kStepsPerCall; ++step) {
    // Keeps the compiler from replacing the loop by its result.
    asm volatile("" : "+m"(a));
    for (float& sum : sums) sum = sum * a + 0.5f;
  }
  asm volatile("" : : "m"(sums));
  return 2.0 * kSums * kStepsPerCall;
}

std::uint64_t ReadScalar(const std::byte* data, std::size_t bytes) {
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < bytes; i += sizeof(all)) {
    std::uint64_t word;
    __builtin_memcpy(&word, data + i, sizeof(word));
    all |= word;
  }
  return all;
}

}  // namespace edgevlm
