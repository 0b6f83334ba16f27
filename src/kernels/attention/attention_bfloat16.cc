// Products of pairs of bfloat16, which Highway 1.0.3 does not have: its AVX-512 target with one
// more instruction set.
#include "kernels/attention/attention_part.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/attention/attention_bfloat16.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#if HWY_TARGET == HWY_AVX3
#undef HWY_TARGET_STR
#define HWY_TARGET_STR HWY_TARGET_STR_AVX3 ",avx512bf16"
#endif

#include "kernels/attention/strip-inl.h"

#if HWY_TARGET == HWY_AVX3
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// Two bfloat16 share the 32 bits of a float: the first in the lower half.
struct Bfloat16Products {
  static constexpr int kPerStep = 2;

  static HWY_INLINE Vector MulAdd(Vector a, Vector b, Vector sum) {
    return Vector{_mm512_dpbf16_ps(sum.raw, reinterpret_cast<__m512bh>(a.raw),
                                   reinterpret_cast<__m512bh>(b.raw))};
  }

  // Lane i: (first[i], second[i]).
  static HWY_INLINE Vector Pair(Vector first, Vector second) {
    alignas(64) static constexpr std::uint16_t kOrder[32] = {
        0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
        8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    const auto halves = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(second.raw, first.raw));
    const __m512i order = _mm512_load_si512(kOrder);
    return Vector{_mm512_castsi512_ps(_mm512_permutexvar_epi16(order, halves))};
  }

  // to[i] = (line[2 i], line[2 i + 1]); to may be line. Width: a multiple of 2 * kLanes.
  static HWY_INLINE void PackLine(const float* line, int width, float* to) {
    for (int i = 0; i < width; i += 2 * kLanes) {
      const auto halves = reinterpret_cast<__m512i>(
          _mm512_cvtne2ps_pbh(_mm512_loadu_ps(line + i + kLanes), _mm512_loadu_ps(line + i)));
      _mm512_storeu_ps(to + i / 2, _mm512_castsi512_ps(halves));
    }
  }

  static HWY_INLINE void PairLines(const float* first, const float* second, int width, float* to) {
    const FullTag d;
    for (int i = 0; i < width; i += kLanes) {
      hn::Store(Pair(hn::Load(d, first + i), hn::Load(d, second + i)), d, to + i);
    }
  }
};

}  // namespace

void AttendFloatsAsBfloat16(const AttentionCall<float>& call, const AttentionPart& part,
                            const Partials& partials) {
  AttendManyRows<Bfloat16Products>(call, part, partials);
}

void AttendHalvesAsBfloat16(const AttentionCall<std::uint16_t>& call, const AttentionPart& part,
                            const Partials& partials) {
  AttendManyRows<Bfloat16Products>(call, part, partials);
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace edgevlm {
template <>
AttentionFunction<float> AttentionBfloat16<float>() {
  return HasFeature(Feature::kAvx512Bf16) ? HWY_CHOOSE_AVX3(AttendFloatsAsBfloat16) : nullptr;
}

template <>
AttentionFunction<std::uint16_t> AttentionBfloat16<std::uint16_t>() {
  return HasFeature(Feature::kAvx512Bf16) ? HWY_CHOOSE_AVX3(AttendHalvesAsBfloat16) : nullptr;
}

}  // namespace edgevlm
#endif
