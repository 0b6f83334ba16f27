#include "kernels/matmul/bf16/bf16_rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/matmul/bf16/bf16_rows_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/lanes-inl.h"
#include "tensor/half.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

using Bits = hn::RebindToUnsigned<FullTag>;

// The bfloat16 of each lane, in its upper half; the lower half is not cleared.
HWY_INLINE hn::VFromD<Bits> Rounded(hn::VFromD<FullTag> x) {
  const Bits d;
  const auto bits = hn::BitCast(d, x);
  const auto is_even = hn::And(hn::ShiftRight<16>(bits), hn::Set(d, 1u));
  const auto rounded = hn::Add(bits, hn::Add(is_even, hn::Set(d, 0x7fffu)));
  const auto quiet = hn::Or(bits, hn::Set(d, 0x400000u));
  const auto magnitude = hn::And(bits, hn::Set(d, 0x7fffffffu));
  return hn::IfThenElse(hn::Gt(magnitude, hn::Set(d, 0x7f800000u)), quiet, rounded);
}

}  // namespace

void RoundRowToBf16(const float* x, const Bf16Rows& rows, int row) {
  const Bits d;
  std::uint32_t* HWY_RESTRICT pairs = rows.Pairs(row);
  const int whole = rows.inputs() / 2;
  int i = 0;
  for (; i + kLanes <= whole; i += kLanes) {
    hn::VFromD<FullTag> low, high;
    hn::LoadInterleaved2(FullTag(), x + 2 * i, low, high);
    const auto upper = hn::And(Rounded(high), hn::Set(d, 0xffff0000u));
    hn::StoreU(hn::Or(upper, hn::ShiftRight<16>(Rounded(low))), d, pairs + i);
  }
  for (; i < rows.pairs(); ++i) {
    const std::uint32_t low = FloatToBFloat16(x[2 * i]);
    const std::uint32_t high = i < whole ? FloatToBFloat16(x[2 * i + 1]) : 0u;
    pairs[i] = high << 16 | low;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<RoundRowToBf16Function> RoundRowToBf16Highway() {
  return {.avx512 = HWY_CHOOSE_AVX3(RoundRowToBf16),
          .avx2 = HWY_CHOOSE_AVX2(RoundRowToBf16),
          .sse4 = HWY_CHOOSE_SSE4(RoundRowToBf16),
          .neon = HWY_CHOOSE_NEON(RoundRowToBf16)};
}

}  // namespace edgevlm
#endif
