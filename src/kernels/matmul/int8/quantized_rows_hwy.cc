#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <span>

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

using Bits = hn::RebindToSigned<FullTag>;
using BitsVector = hn::VFromD<Bits>;

// The greater bits of two magnitudes, lane by lane. As integers they have the order of the
// magnitudes, with infinity and NaN last.
HWY_INLINE BitsVector MaxMagnitudes(BitsVector greatest, hn::VFromD<FullTag> values) {
  const auto magnitudes = hn::And(hn::BitCast(Bits(), values), hn::Set(Bits(), 0x7fffffff));
  return hn::Max(greatest, magnitudes);
}

// NaN for infinity and NaN.
HWY_INLINE float MagnitudeOf(std::int32_t bits) {
  const float value = std::bit_cast<float>(bits);
  return std::isfinite(value) ? value : std::numeric_limits<float>::quiet_NaN();
}

// The greatest magnitude of n values; NaN if one of them is infinite or NaN.
HWY_INLINE float Greatest(const float* HWY_RESTRICT x, int n) {
  auto greatest = hn::Zero(Bits());
  int i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    greatest = MaxMagnitudes(greatest, hn::LoadU(FullTag(), x + i));
  }
  std::int32_t bits = hn::GetLane(hn::MaxOfLanes(Bits(), greatest));
  for (; i < n; ++i) bits = std::max(bits, std::bit_cast<std::int32_t>(std::fabs(x[i])));
  return MagnitudeOf(bits);
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

// The lanes of a vector, each plus its partner `distance` lanes further or minus its partner
// before.
HWY_INLINE hn::VFromD<FullTag> AddPartners(hn::VFromD<FullTag> v, int distance) {
  const auto lanes = hn::Iota(Bits(), 0);
  const auto bit = hn::Set(Bits(), distance);
  const auto partners = hn::TableLookupLanes(v, hn::IndicesFromVec(FullTag(), hn::Xor(lanes, bit)));
  const auto is_second = hn::RebindMask(FullTag(), hn::Eq(hn::And(lanes, bit), bit));
  const auto signs = hn::IfThenElse(is_second, hn::Set(FullTag(), -1.0f), hn::Set(FullTag(), 1.0f));
  return hn::MulAdd(v, signs, partners);
}

// The steps of Rotate for kSize neighboring values, from `kHalf` values apart to `kLast`.
template <int kSize, int kHalf, int kLast>
HWY_INLINE void AddHalves(hn::VFromD<FullTag>* HWY_RESTRICT v) {
  constexpr int kVectors = std::max(1, kSize / kLanes);
  constexpr int kDistance = kHalf / kLanes;  // in vectors
  if constexpr (kDistance == 0) {
#pragma GCC unroll 8
    for (int i = 0; i < kVectors; ++i) v[i] = AddPartners(v[i], kHalf);
  } else {
#pragma GCC unroll 8
    for (int pair = 0; pair < kVectors / 2; ++pair) {
      auto& a = v[pair / kDistance * 2 * kDistance + pair % kDistance];
      auto& b = v[pair / kDistance * 2 * kDistance + pair % kDistance + kDistance];
      const auto sum = hn::Add(a, b);
      b = hn::Sub(a, b);
      a = sum;
    }
  }
  if constexpr (kHalf > kLast) AddHalves<kSize, kHalf / 2, kLast>(v);
}

// kRowSigns as the sign bits of floats.
constexpr std::array<float, 64> kSignBits = [] {
  std::array<float, 64> bits{};
  for (std::size_t k = 0; k < bits.size(); ++k) {
    bits[k] = (kRowSigns >> k & 1) != 0 ? -0.0f : 0.0f;
  }
  return bits;
}();

// v = kSize values rotated: the values `kLast` apart by one matrix, the next ones by another; times
// `factor`. As Rotate in tensor/rotation.h.
template <int kSize, int kLast>
HWY_INLINE void LoadRotated(const float* HWY_RESTRICT x, float factor,
                            hn::VFromD<FullTag>* HWY_RESTRICT v) {
  constexpr int kVectors = std::max(1, kSize / kLanes);
#pragma GCC unroll 16
  for (int i = 0; i < kVectors; ++i) {
    v[i] = hn::LoadU(FullTag(), x + i * kLanes);
    if constexpr (kSize == kRowRotations[0]) {
      v[i] = hn::Xor(v[i], hn::LoadU(FullTag(), kSignBits.data() + i * kLanes));
    }
  }
  AddHalves<kSize, kSize / 2, kLast>(v);
  const auto factors = hn::Set(FullTag(), factor);
#pragma GCC unroll 16
  for (int i = 0; i < kVectors; ++i) v[i] = hn::Mul(v[i], factors);
}

// The same, stored.
template <int kSize, int kLast>
HWY_INLINE void RotateValues(const float* HWY_RESTRICT x, float factor, float* HWY_RESTRICT y) {
  constexpr int kVectors = std::max(1, kSize / kLanes);
  hn::VFromD<FullTag> v[kVectors];
  LoadRotated<kSize, kLast>(x, factor, v);
#pragma GCC unroll 16
  for (int i = 0; i < kVectors; ++i) hn::StoreU(v[i], FullTag(), y + i * kLanes);
}

// The rest of a row that no matrix of 64 covers.
void RotateRest(const float* HWY_RESTRICT x, int count, float* HWY_RESTRICT y) {
  std::copy_n(x, count, y);
  RotateRow(std::span(y, static_cast<std::size_t>(count)));
}

// The values of a block as they are quantized: x itself, or `memory` with the rotated ones.
HWY_INLINE const float* RotateBlock(const float* HWY_RESTRICT x, int count, int rotation,
                                    float* HWY_RESTRICT memory) {
  if (rotation == 1) return x;
  if (rotation == kRowRotations[0]) {
    if (count == kRowRotations[0]) {
      RotateValues<kRowRotations[0], 1>(x, 0.125f, memory);
    } else {
      RotateRest(x, count, memory);
    }
    return memory;
  }
  for (int i = 0; i < count; i += 4 * rotation) {
    if (rotation == 8) {
      RotateValues<32, 4>(x + i, 1.0f, memory + i);
    } else {
      RotateValues<16, 4>(x + i, 1.0f, memory + i);
    }
  }
  return memory;
}

// The bias terms and negated value sums of a block's groups; the quants of a row are padded to a
// multiple of 64. Reads no quants of the next block, which another thread may write (HiddenRows).
//   bias_terms, value_sums  the first of the block
HWY_INLINE void WriteSums(const std::int8_t* HWY_RESTRICT quants, int count,
                          const Int8Rounding& rounding, std::int32_t* HWY_RESTRICT bias_terms,
                          std::int32_t* HWY_RESTRICT value_sums) {
  const hn::CappedTag<std::uint8_t, kMinInt8Block> d;
  const hn::Repartition<std::uint64_t, decltype(d)> d_eights;
  constexpr int kBytes = static_cast<int>(hn::MaxLanes(d));
  HWY_ALIGN std::uint64_t eights[kMaxInt8Block / 8];
  for (int i = 0; i < count; i += kBytes) {
    // Sums of eight unsigned bytes: quant + 128.
    const auto bytes = hn::LoadU(d, reinterpret_cast<const std::uint8_t*>(quants + i));
    hn::Store(hn::SumsOf8(hn::Xor(bytes, hn::Set(d, 128))), d_eights, eights + i / 8);
  }
  for (int first = 0, g = 0; first < count; first += rounding.group, ++g) {
    const int end = std::min(count, first + rounding.group);
    std::int32_t sum = 0;
    for (int i = first; i < end; i += 8) sum += 8 * 128 - static_cast<std::int32_t>(eights[i / 8]);
    bias_terms[g] = sum * (1 << kBiasBits);
    const std::int8_t* four = quants + first;
    value_sums[g] = !rounding.rotates_groups()
                        ? sum
                        : -rounding.rotation * (four[0] + four[1] + four[2] + four[3]);
  }
}

// Writes the quants and the scale of a block.
//   size  of the matrix that the values were multiplied by, if it grew them
HWY_INLINE void WriteBlock(const float* HWY_RESTRICT values, int count, float size,
                           std::int8_t* HWY_RESTRICT quants, float* HWY_RESTRICT scale) {
  const float greatest = Greatest(values, count);
  const float inverse = 127.0f / greatest;
  *scale = greatest / 127.0f / size;
  if (inverse <= std::numeric_limits<float>::max()) {
    WriteQuants(values, inverse, count, quants);
  } else {
    std::fill_n(quants, count, std::int8_t{0});
  }
}

// Writes a whole block of an int8 panel's rounding, as RotateBlock, WriteBlock and WriteSums would,
// but everything stays in registers.
HWY_INLINE void QuantizeInt8Block(const float* HWY_RESTRICT x, std::int8_t* HWY_RESTRICT quants,
                                  float* HWY_RESTRICT scale, std::int32_t* HWY_RESTRICT sum) {
  constexpr int kVectors = kInt8BlockInputs / kLanes;
  hn::VFromD<FullTag> v[kVectors];
  LoadRotated<kInt8BlockInputs, 1>(x, 0.125f, v);
  auto bits = hn::Zero(Bits());
#pragma GCC unroll 16
  for (int i = 0; i < kVectors; ++i) bits = MaxMagnitudes(bits, v[i]);
  const float greatest = MagnitudeOf(hn::GetLane(hn::MaxOfLanes(Bits(), bits)));
  const float inverse = 127.0f / greatest;
  *scale = greatest / 127.0f;
  *sum = 0;
  if (!(inverse <= std::numeric_limits<float>::max())) {
    std::fill_n(quants, kInt8BlockInputs, std::int8_t{0});
    return;
  }
  const auto factor = hn::Set(FullTag(), inverse);
  const hn::Rebind<std::int8_t, FullTag> d_quants;
  auto total = hn::Zero(Bits());
#pragma GCC unroll 16
  for (int i = 0; i < kVectors; ++i) {
    const auto rounded = hn::NearestInt(hn::Mul(v[i], factor));
    hn::StoreU(hn::DemoteTo(d_quants, rounded), d_quants, quants + i * kLanes);
    total = hn::Add(total, rounded);
  }
  *sum = -hn::GetLane(hn::SumOfLanes(Bits(), total));
}

// The blocks that are whole. Returns the end of the inputs that they cover.
int QuantizeInt8Blocks(const RowInputs& in, const QuantizedRows& rows) {
  std::int8_t* const quants = rows.Quants(in.row);
  float* const scales = rows.Scales(in.row);
  std::int32_t* const bias_terms = rows.BiasTerms(in.row);
  std::int32_t* const value_sums = rows.NegatedValueSums(in.row);
  const int first_block = in.first / kInt8BlockInputs;
  const int last_block = first_block + in.count / kInt8BlockInputs;
  for (int block = first_block; block < last_block; ++block) {
    const int at = block * kInt8BlockInputs;
    QuantizeInt8Block(in.x + (at - in.first), quants + at, scales + block, value_sums + block);
    bias_terms[block] = value_sums[block] * (1 << kBiasBits);
  }
  return last_block * kInt8BlockInputs;
}

// A row with one scale.
void QuantizeWholeRow(const float* HWY_RESTRICT x, const QuantizedRows& rows, int row) {
  constexpr int kAtOnce = kRowRotations[0];
  const int inputs = rows.inputs();
  HWY_ALIGN float rotated[kMaxInt8RowInputs];
  for (int first = 0; first < inputs; first += kAtOnce) {
    RotateBlock(x + first, std::min(kAtOnce, inputs - first), kAtOnce, rotated + first);
  }
  const std::int8_t* quants = rows.Quants(row);
  WriteBlock(rotated, inputs, 1.0f, rows.Quants(row), rows.Scales(row));
  std::int32_t sum = 0;
  for (int first = 0; first < inputs; first += kMaxInt8Block) {
    std::int32_t part = 0, unused = 0;
    WriteSums(quants + first, std::min(kMaxInt8Block, inputs - first),
              {kMaxInt8Block, kMaxInt8Block, 1}, &unused, &part);
    sum += part;
  }
  *rows.NegatedValueSums(row) = sum;
  *rows.BiasTerms(row) = sum * (1 << kBiasBits);
}

}  // namespace

void QuantizeInputs(const RowInputs& in, const QuantizedRows& rows) {
  const Int8Rounding rounding = rows.rounding();
  const int row = in.row, end = in.first + in.count;
  std::int8_t* quants = rows.Quants(row);
  if (end == rows.inputs()) std::fill(quants + end, quants + (end + 63) / 64 * 64, std::int8_t{0});
  if (rounding == kRowRounding) return QuantizeWholeRow(in.x, rows, row);
  const float size = rounding.rotates_groups() ? static_cast<float>(rounding.rotation) : 1.0f;
  HWY_ALIGN float memory[kMaxInt8Block];
  const int done = rounding == Int8Rounding() ? QuantizeInt8Blocks(in, rows) : in.first;
  for (int first = done; first < end; first += rounding.block) {
    const int count = std::min(rounding.block, end - first);
    const float* values = RotateBlock(in.x + (first - in.first), count, rounding.rotation, memory);
    WriteBlock(values, count, size, quants + first, rows.Scales(row) + first / rounding.block);
    WriteSums(quants + first, count, rounding, rows.BiasTerms(row) + first / rounding.group,
              rows.NegatedValueSums(row) + first / rounding.group);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<QuantizeInputsFunction> QuantizeInputsHighway() {
  return {HWY_CHOOSE_AVX3(QuantizeInputs), HWY_CHOOSE_AVX2(QuantizeInputs),
          HWY_CHOOSE_SSE4(QuantizeInputs), HWY_CHOOSE_NEON(QuantizeInputs)};
}

}  // namespace edgevlm
#endif
