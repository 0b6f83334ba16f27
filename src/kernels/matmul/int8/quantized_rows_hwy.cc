#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "kernels/matmul/int8/quantized_rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/matmul/int8/quantized_rows_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// The greatest magnitude of n values; NaN if one of them is infinite or NaN. Compared as integers,
// the bits of magnitudes have the order of the magnitudes, with infinity and NaN last.
HWY_INLINE float Greatest(const float* HWY_RESTRICT x, int n) {
  const hn::RebindToSigned<FullTag> d_bits;
  const auto magnitude = hn::Set(d_bits, 0x7fffffff);
  auto greatest = hn::Zero(d_bits);
  int i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const auto bits = hn::BitCast(d_bits, hn::LoadU(FullTag(), x + i));
    greatest = hn::Max(greatest, hn::And(bits, magnitude));
  }
  std::int32_t result = hn::GetLane(hn::MaxOfLanes(d_bits, greatest));
  for (; i < n; ++i) result = std::max(result, std::bit_cast<std::int32_t>(std::fabs(x[i])));
  const float value = std::bit_cast<float>(result);
  return std::isfinite(value) ? value : std::numeric_limits<float>::quiet_NaN();
}

// quants[i] = round(x[i] * inverse).
HWY_INLINE void WriteQuants(const float* HWY_RESTRICT x, float inverse, int n,
                            std::int8_t* HWY_RESTRICT quants) {
  ForLanes(0, n, [=](auto d, int i) HWY_ATTR {
    const hn::Rebind<std::int8_t, decltype(d)> d_quants;
    const auto scaled = hn::Mul(hn::LoadU(d, x + i), hn::Set(d, inverse));
    hn::StoreU(hn::DemoteTo(d_quants, hn::NearestInt(scaled)), d_quants, quants + i);
  });
}

// The negated sums of a block's quants by 16, 32 and 128; the quants are padded to a multiple of
// 64.
//   groups  of 16 quants, at most 8
HWY_INLINE void WriteSums(const std::int8_t* HWY_RESTRICT quants, int groups,
                          std::int32_t* HWY_RESTRICT sums16, std::int32_t* HWY_RESTRICT sums32,
                          std::int32_t* HWY_RESTRICT sum128) {
  const hn::CappedTag<std::uint8_t, 64> d;
  const hn::Repartition<std::uint64_t, decltype(d)> d_eights;
  constexpr int kBytes = static_cast<int>(hn::MaxLanes(d));
  HWY_ALIGN std::uint64_t eights[kInt8BlockInputs / 8];
  for (int i = 0; i < 16 * groups; i += kBytes) {
    // Sums of eight unsigned bytes: quant + 128.
    const auto bytes = hn::LoadU(d, reinterpret_cast<const std::uint8_t*>(quants + i));
    hn::Store(hn::SumsOf8(hn::Xor(bytes, hn::Set(d, 128))), d_eights, eights + i / 8);
  }
  std::int32_t whole = 0;
  for (int g = 0; g < groups; ++g) {
    const auto sum = 16 * 128 - static_cast<std::int32_t>(eights[2 * g] + eights[2 * g + 1]);
    sums16[g] = sum;
    sums32[g / 2] = g % 2 == 0 ? sum : sums32[g / 2] + sum;
    whole += sum;
  }
  *sum128 = whole;
}

}  // namespace

void QuantizeRow(const float* x, const QuantizedRows& rows, int row) {
  const int inputs = rows.inputs();
  std::int8_t* quants = rows.Quants(row);
  std::fill(quants + inputs, quants + (inputs + 63) / 64 * 64, std::int8_t{0});
  for (int first = 0; first < inputs; first += kInt8BlockInputs) {
    const int count = std::min(kInt8BlockInputs, inputs - first);
    const float greatest = Greatest(x + first, count);
    const float inverse = 127.0f / greatest;
    rows.Scales(row)[first / kInt8BlockInputs] = greatest / 127.0f;
    if (inverse <= std::numeric_limits<float>::max()) {
      WriteQuants(x + first, inverse, count, quants + first);
    } else {
      std::fill_n(quants + first, count, std::int8_t{0});
    }
    WriteSums(quants + first, (count + 15) / 16, rows.NegatedSums(row, 16) + first / 16,
              rows.NegatedSums(row, 32) + first / 32, rows.NegatedSums(row, 128) + first / 128);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<QuantizeRowFunction> QuantizeRowHighway() {
  return {HWY_CHOOSE_AVX3(QuantizeRow), HWY_CHOOSE_AVX2(QuantizeRow), HWY_CHOOSE_SSE4(QuantizeRow),
          HWY_CHOOSE_NEON(QuantizeRow)};
}

}  // namespace edgevlm
#endif
