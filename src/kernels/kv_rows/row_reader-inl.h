// Row readers: convert single KV rows of each format to float32. Compiled once per instruction set.
#if defined(EDGEVLM_KERNELS_KV_ROWS_ROW_READER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_KV_ROWS_ROW_READER_INL_H_
#undef EDGEVLM_KERNELS_KV_ROWS_ROW_READER_INL_H_
#else
#define EDGEVLM_KERNELS_KV_ROWS_ROW_READER_INL_H_
#endif

#include <hwy/cache_control.h>

#include <algorithm>
#include <cstdint>

#include "kernels/half/half-inl.h"
#include "kernels/kv_rows/kv_rows.h"

// Highway's one-lane target lacks the shuffles used here.
#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

using Vector = hn::VFromD<FullTag>;
static_assert(kKvBlock % kLanes == 0);

constexpr int RoundUp(int n, int step) { return (n + step - 1) / step * step; }

template <class D>
HWY_INLINE hn::VFromD<D> LoadNumbers(D d, const float* from) {
  return hn::LoadU(d, from);
}
template <class D>
HWY_INLINE hn::VFromD<D> LoadNumbers(D d, const std::uint16_t* from) {
  return LoadHalf(d, from);
}

// to[0..width) = from, to[width..padded) = 0.
template <class Value>
HWY_INLINE void ReadRow(const Value* from, int width, int padded, float* to) {
  ForLanes(0, width,
           [=](auto d, int i) HWY_ATTR { hn::StoreU(LoadNumbers(d, from + i), d, to + i); });
  for (int i = width; i < padded; ++i) to[i] = 0.0f;
}

// The same for a row of int8.
HWY_INLINE void ReadRow(const BlockQ8_0* from, int width, int padded, float* to) {
  const FullTag d;
  const hn::CappedTag<float, 1> d_scale;
  const hn::Rebind<std::int8_t, FullTag> d_quants;
  for (int first = 0; first < width; first += kQ8Block, ++from) {
    const std::uint16_t half = from->scale;
    const Vector scale = hn::Set(d, hn::GetLane(LoadHalf(d_scale, &half)));
    const int last = std::min(first + kQ8Block, padded);  // the block is 0 beyond the row
    for (int i = first; i < last; i += kLanes) {
      const auto quants = hn::LoadU(d_quants, from->quants + (i - first));
      const auto numbers = hn::ConvertTo(d, hn::PromoteTo(hn::RebindToSigned<FullTag>(), quants));
      hn::StoreU(hn::Mul(numbers, scale), d, to + i);
    }
  }
  for (int i = RoundUp(width, kQ8Block); i < padded; ++i) to[i] = 0.0f;
}

// Reads the rows of one head, in any order. A reader whose kAddsToScores is true stores only a part
// of each row in the row itself; the rest is added to scores and sums (q4_row_reader-inl.h).
template <class Value>
class RowReader {
 public:
  static constexpr bool kAddsToScores = false;

  explicit RowReader(View<const Value> rows) : rows_(rows) {}
  HWY_INLINE void Read(int row, int width, int padded, float* to) const {
    ReadRow(rows_.Row(row).data(), width, padded, to);
  }
  // Prefetches a row that will be read.
  HWY_INLINE void Prefetch(int row) const {
    const std::span<const Value> values = rows_.Row(row);
    const auto* bytes = reinterpret_cast<const std::byte*>(values.data());
    for (std::size_t i = 0; i < values.size_bytes(); i += 64) hwy::Prefetch(bytes + i);
  }

 private:
  View<const Value> rows_;
};
// The reader of rows of a Value.
template <class Value>
struct ReaderOf {
  using Type = RowReader<Value>;
};

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#endif
