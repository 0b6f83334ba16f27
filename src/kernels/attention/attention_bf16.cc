// Attention with products of bf16 pairs. Highway 1.0.3 has no target for them: this source adds
// AVX512_BF16 to its AVX-512 target.
#include "kernels/attention/attention_part.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/attention/attention_bf16.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#if HWY_TARGET == HWY_AVX3
#undef HWY_TARGET_STR
#define HWY_TARGET_STR HWY_TARGET_STR_AVX3 ",avx512bf16"
#endif

#include "kernels/attention/many_queries-inl.h"

#if HWY_TARGET == HWY_AVX3
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// A bf16 pair in the 32 bits of a float: the first in the lower half.
struct Bf16Products {
  static constexpr int kPerStep = 2;

  static HWY_INLINE Vector MulAdd(Vector a, Vector b, Vector sum) {
    return Vector{_mm512_dpbf16_ps(sum.raw, reinterpret_cast<__m512bh>(a.raw),
                                   reinterpret_cast<__m512bh>(b.raw))};
  }

  // Relative error at most 2^-13.7, where bf16 keeps 2^-9. 2^x = 2^n * 2^f with 0 <= f < 1; of the
  // polynomials of degree 3, this one has the smallest maximal relative error.
  static HWY_INLINE Vector Exp2(Vector x) {
    const FullTag d;
    const Vector f{_mm512_reduce_ps(x.raw, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC)};
    Vector p = hn::MulAdd(f, hn::Set(d, 0.0780245226f), hn::Set(d, 0.226067155f));
    p = hn::MulAdd(f, p, hn::Set(d, 0.69583354f));
    p = hn::MulAdd(f, p, hn::Set(d, 0.999925219f));
    return Vector{_mm512_scalef_ps(p.raw, x.raw)};  // p * 2^floor(x)
  }

  // Lane i: (first[i], second[i]).
  static HWY_INLINE Vector Interleave(Vector first, Vector second) {
    alignas(64) static constexpr std::uint16_t kOrder[32] = {
        0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
        8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    const auto halves = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(second.raw, first.raw));
    const __m512i order = _mm512_load_si512(kOrder);
    return Vector{_mm512_castsi512_ps(_mm512_permutexvar_epi16(order, halves))};
  }

  // to[i] = (row[2 i], row[2 i + 1]); to may be row. Width: a multiple of 2 * kLanes.
  static HWY_INLINE void ConvertRow(const float* row, int width, float* to) {
    for (int i = 0; i < width; i += 2 * kLanes) {
      const auto halves = reinterpret_cast<__m512i>(
          _mm512_cvtne2ps_pbh(_mm512_loadu_ps(row + i + kLanes), _mm512_loadu_ps(row + i)));
      _mm512_storeu_ps(to + i / 2, _mm512_castsi512_ps(halves));
    }
  }

  static HWY_INLINE void InterleaveRows(const float* first, const float* second, int width,
                                        float* to) {
    const FullTag d;
    for (int i = 0; i < width; i += kLanes) {
      hn::Store(Interleave(hn::Load(d, first + i), hn::Load(d, second + i)), d, to + i);
    }
  }
};

}  // namespace

void AttendFloatsAsBf16(const AttentionCall<float>& call, const AttentionPart& part,
                        const Partials& partials) {
  AttendManyQueries<Bf16Products>(call, part, partials);
}

void AttendHalvesAsBf16(const AttentionCall<std::uint16_t>& call, const AttentionPart& part,
                        const Partials& partials) {
  AttendManyQueries<Bf16Products>(call, part, partials);
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace edgevlm {
template <>
AttentionFunction<float> AttentionBf16<float>() {
  return HasFeature(Feature::kAvx512Bf16) ? HWY_CHOOSE_AVX3(AttendFloatsAsBf16) : nullptr;
}

template <>
AttentionFunction<std::uint16_t> AttentionBf16<std::uint16_t>() {
  return HasFeature(Feature::kAvx512Bf16) ? HWY_CHOOSE_AVX3(AttendHalvesAsBf16) : nullptr;
}

}  // namespace edgevlm
#endif
