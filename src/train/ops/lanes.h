// Float32 vectors as plain C++ values, and dispatch to the widest that this CPU supports.
//
// Loops are templates on the number of lanes and are compiled three times: with 16 lanes (AVX-512),
// 8 (AVX2 with FMA) and 4 (the compiler's target). They must be inlined into the function that has
// the target attribute, so everything here and in the loops is always_inline.
#pragma once

#include <cstdint>
#include <cstring>

#include "base/check.h"
#include "base/cpu.h"

// GCC warns that the ABI of returned vectors depends on the instruction set; inlined functions are
// not affected.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace edgevlm::train {

template <int kLanes>
struct LanesOf {
  using Float __attribute__((vector_size(kLanes * 4))) = float;
  using Bits __attribute__((vector_size(kLanes * 4))) = std::int32_t;
};
template <int kLanes>
using Lanes = typename LanesOf<kLanes>::Float;

// Unaligned loads and stores.
template <int kLanes>
[[gnu::always_inline]] inline Lanes<kLanes> Load(const float* from) {
  Lanes<kLanes> lanes;
  std::memcpy(&lanes, from, sizeof(lanes));
  return lanes;
}
template <int kLanes>
[[gnu::always_inline]] inline void Store(const Lanes<kLanes>& lanes, float* to) {
  std::memcpy(to, &lanes, sizeof(lanes));
}

template <int kLanes>
[[gnu::always_inline]] inline Lanes<kLanes> Greater(const Lanes<kLanes>& a,
                                                    const Lanes<kLanes>& b) {
  return a > b ? a : b;
}

// The sum and the maximum over all lanes.
template <int kLanes>
[[gnu::always_inline]] inline float SumOfLanes(const Lanes<kLanes>& lanes) {
  if constexpr (kLanes == 1) {
    return lanes[0];
  } else {
    Lanes<kLanes / 2> half[2];
    std::memcpy(half, &lanes, sizeof(lanes));
    return SumOfLanes<kLanes / 2>(half[0] + half[1]);
  }
}
template <int kLanes>
[[gnu::always_inline]] inline float GreatestLane(const Lanes<kLanes>& lanes) {
  if constexpr (kLanes == 1) {
    return lanes[0];
  } else {
    Lanes<kLanes / 2> half[2];
    std::memcpy(half, &lanes, sizeof(lanes));
    return GreatestLane<kLanes / 2>(Greater<kLanes / 2>(half[0], half[1]));
  }
}

// exp(x); relative error at most 2 * FLT_EPSILON for x in [-87, 88], 0 below, exp(88) above.
// x = n ln 2 + r with |r| <= ln 2 / 2; exp(r) by the polynomial of Moshier's Cephes (1984).
template <int kLanes>
[[gnu::always_inline]] inline Lanes<kLanes> Exp(const Lanes<kLanes>& x) {
  using Float = Lanes<kLanes>;
  using Bits = typename LanesOf<kLanes>::Bits;
  const Float highest = Float{} + 88.0f;
  const Float lowest = Float{} - 87.0f;
  Float clamped = x < highest ? x : highest;
  clamped = clamped > lowest ? clamped : lowest;
  // Adding 1.5 * 2^23 leaves no bits for the fraction, which rounds to the nearest integer.
  constexpr float kRounder = 12582912.0f;
  const Float n = (clamped * 1.44269504f + kRounder) - kRounder;
  // ln 2 in two parts, so that n * ln 2 is accurate.
  const Float r = (clamped - n * 0.693359375f) + n * 2.12194440e-4f;
  Float p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  Bits bits;
  std::memcpy(&bits, &p, sizeof(bits));
  bits += __builtin_convertvector(n, Bits) << 23;
  std::memcpy(&p, &bits, sizeof(bits));
  return x < lowest ? Float{} : p;
}

// A number of lanes as a value, for ForLanes.
template <int kLanes>
struct Width {};

// Calls step(Width<lanes>(), i) so that the lanes at i cover [0, n) exactly: whole vectors first,
// then narrower ones.
template <int kLanes, class Step>
[[gnu::always_inline]] inline void ForLanes(int n, const Step& step, int first = 0) {
  int i = first;
  for (; i + kLanes <= n; i += kLanes) step(Width<kLanes>(), i);
  if constexpr (kLanes > 1) {
    if (i < n) ForLanes<kLanes / 2>(n, step, i);
  }
}

#if defined(__x86_64__)
template <class Loops, class... Arguments>
__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))) void RunAvx512(
    const Arguments&... arguments) {
  Loops::template Loop<16>(arguments...);
}
template <class Loops, class... Arguments>
__attribute__((target("avx2,fma"))) void RunAvx2(const Arguments&... arguments) {
  Loops::template Loop<8>(arguments...);
}
#endif

// Calls Loops::Loop<kLanes>(arguments...), compiled for an instruction set that isa includes.
template <class Loops, class... Arguments>
void RunOn(Isa isa, const Arguments&... arguments) {
#if defined(__x86_64__)
  if (Includes(isa, Isa::kAvx512)) return RunAvx512<Loops>(arguments...);
  if (Includes(isa, Isa::kAvx2)) return RunAvx2<Loops>(arguments...);
#endif
  Loops::template Loop<4>(arguments...);
}

// The instruction set in use. REQUIRES: ChooseIsa() succeeds.
inline Isa ChosenIsa() {
  const Result<Isa>& isa = ChooseIsa();
  CHECK(isa.ok());
  return *isa;
}

}  // namespace edgevlm::train
