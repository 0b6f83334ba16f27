// The row reader of Q4Rows. Compiled once per instruction set.
#if defined(EDGEVLM_KERNELS_KV_ROWS_Q4_ROW_READER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_KV_ROWS_Q4_ROW_READER_INL_H_
#undef EDGEVLM_KERNELS_KV_ROWS_Q4_ROW_READER_INL_H_
#else
#define EDGEVLM_KERNELS_KV_ROWS_Q4_ROW_READER_INL_H_
#endif

#include <cstring>

#include "kernels/kv_rows/q4_rows.h"
#include "kernels/kv_rows/row_reader-inl.h"

#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// With a rank or outliers a group is a block, and their corrections are added to the block's scores
// and sums, never to rows. Query rows lie one after the other or in lanes (many_queries-inl.h);
// both ways take the same steps for each row and give the same bits.
class Q4RowReader {
 public:
  static constexpr bool kAddsToScores = true;
  static_assert(kKvBlock == kMaxQ4Group);

  explicit Q4RowReader(const Q4Head& head) : head_(head), shape_(head_.shape) {}

  HWY_INLINE void Read(int row, int width, int padded, float* to) {
    if (row >= head_.quantized) {
      return ReadRow(head_.unquantized.Row(row - head_.quantized).data(), width, padded, to);
    }
    LoadGroup(row);
    const int j = row % shape_.group, half = shape_.half();
    const auto* quants = reinterpret_cast<const std::uint8_t*>(group_) + j * half;
    const bool per_channel = shape_.along == Along::kTokens;
    const float scale = numbers_.scales[j], minimum = numbers_.minima[j];
    ForLanes(0, half, [=, this](auto d, int i) HWY_ATTR {
      const hn::Rebind<std::uint8_t, decltype(d)> d_bytes;
      const hn::RebindToSigned<decltype(d)> d_int;
      const auto both = hn::PromoteTo(d_int, hn::LoadU(d_bytes, quants + i));
      const auto low = hn::ConvertTo(d, hn::And(both, hn::Set(d_int, 15)));
      const auto high = hn::ConvertTo(d, hn::ShiftRight<4>(both));
      if (per_channel) {
        const float* scales = numbers_.scales + i;
        const float* minima = numbers_.minima + i;
        hn::StoreU(hn::MulAdd(low, hn::LoadU(d, scales), hn::LoadU(d, minima)), d, to + i);
        hn::StoreU(hn::MulAdd(high, hn::LoadU(d, scales + half), hn::LoadU(d, minima + half)), d,
                   to + half + i);
      } else {
        hn::StoreU(hn::MulAdd(low, hn::Set(d, scale), hn::Set(d, minimum)), d, to + i);
        hn::StoreU(hn::MulAdd(high, hn::Set(d, scale), hn::Set(d, minimum)), d, to + half + i);
      }
    });
    for (int i = width; i < padded; ++i) to[i] = 0.0f;
  }

  // scores[j] += q . (correction of row first + j), j < count. q: [width].
  void AddToScores(int first, int count, const float* q, float* scores) {
    if (!LoadBlock(first)) return;
    const hn::CappedTag<float, 1> d1;
    for (int r = 0; r < shape_.rank; ++r) {
      auto product = hn::Zero(d1);
      for (int i = 0; i < shape_.width; ++i) {
        product = hn::MulAdd(hn::LoadU(d1, q + i), hn::LoadU(d1, B(r) + i), product);
      }
      const Vector factor = hn::Set(FullTag(), hn::GetLane(product));
      for (int j = 0; j < RoundUp(count, kLanes); j += kLanes) {
        AddTo(FullTag(), factor, hn::LoadU(FullTag(), A(r) + j), scores + j);
      }
    }
    for (int i = 0; i < shape_.outliers; ++i) {
      const Outlier& outlier = outliers_[i];
      if (outlier.row >= count) continue;
      AddTo(d1, hn::LoadU(d1, q + outlier.channel), hn::Set(d1, outlier.delta),
            scores + outlier.row);
    }
  }

  // The same for query rows in lanes. q: [width, kQueryTile], scores: [count, kQueryTile].
  void AddToScoreLanes(int first, int count, int lanes, const float* q, float* scores) {
    if (!LoadBlock(first)) return;
    const FullTag d;
    for (int t = 0; t < lanes; t += kLanes) {
      for (int r = 0; r < shape_.rank; ++r) {
        Vector product = hn::Zero(d);
        for (int i = 0; i < shape_.width; ++i) {
          product = hn::MulAdd(hn::Load(d, q + i * kQueryTile + t), hn::Set(d, B(r)[i]), product);
        }
        for (int j = 0; j < count; ++j) {
          AddTo(d, product, hn::Set(d, A(r)[j]), scores + j * kQueryTile + t);
        }
      }
      for (int i = 0; i < shape_.outliers; ++i) {
        const Outlier& outlier = outliers_[i];
        if (outlier.row >= count) continue;
        AddTo(d, hn::Load(d, q + outlier.channel * kQueryTile + t), hn::Set(d, outlier.delta),
              scores + outlier.row * kQueryTile + t);
      }
    }
  }

  // sums[i] += sum_j weights[j] * (correction of row first + j), j < count.
  void AddToSums(int first, int count, const float* weights, float* sums) {
    if (!LoadBlock(first)) return;
    const hn::CappedTag<float, 1> d1;
    for (int r = 0; r < shape_.rank; ++r) {
      auto product = hn::Zero(d1);
      for (int j = 0; j < count; ++j) {
        product = hn::MulAdd(hn::LoadU(d1, weights + j), hn::LoadU(d1, A(r) + j), product);
      }
      AddProduct(r, hn::GetLane(product), sums);
    }
    for (int i = 0; i < shape_.outliers; ++i) {
      if (outliers_[i].row >= count) continue;
      AddOutlier(outliers_[i], weights[outliers_[i].row], sums);
    }
  }

  struct TilePart {
    int first = 0;
    int count = 0;
    int rows = 0;
  };
  // The same for query rows in lanes. weights: [count, kQueryTile], sums: [rows, stride].
  void AddToSumsOfLanes(const TilePart& part, const float* weights, float* sums, int stride) {
    if (!LoadBlock(part.first)) return;
    const FullTag d;
    HWY_ALIGN float products[kQueryTile];
    for (int r = 0; r < shape_.rank; ++r) {
      for (int t = 0; t < RoundUp(part.rows, kLanes); t += kLanes) {
        Vector product = hn::Zero(d);
        for (int j = 0; j < part.count; ++j) {
          product =
              hn::MulAdd(hn::Load(d, weights + j * kQueryTile + t), hn::Set(d, A(r)[j]), product);
        }
        hn::Store(product, d, products + t);
      }
      for (int row = 0; row < part.rows; ++row) AddProduct(r, products[row], sums + row * stride);
    }
    for (int i = 0; i < shape_.outliers; ++i) {
      const Outlier& outlier = outliers_[i];
      if (outlier.row >= part.count) continue;
      for (int row = 0; row < part.rows; ++row) {
        AddOutlier(outlier, weights[outlier.row * kQueryTile + row], sums + row * stride);
      }
    }
  }

 private:
  const float* A(int r) const { return numbers_.a + r * shape_.group; }
  const float* B(int r) const { return numbers_.b + r * shape_.width; }

  // to += a * b.
  template <class D>
  static HWY_INLINE void AddTo(D d, hn::VFromD<D> a, hn::VFromD<D> b, float* to) {
    hn::StoreU(hn::MulAdd(a, b, hn::LoadU(d, to)), d, to);
  }
  void AddProduct(int r, float product, float* sums) const {
    ForLanes(0, shape_.width, [=, this](auto d, int i) HWY_ATTR {
      AddTo(d, hn::Set(d, product), hn::LoadU(d, B(r) + i), sums + i);
    });
  }
  static HWY_INLINE void AddOutlier(const Outlier& outlier, float weight, float* sums) {
    const hn::CappedTag<float, 1> d1;
    AddTo(d1, hn::Set(d1, weight), hn::Set(d1, outlier.delta), sums + outlier.channel);
  }

  // Whether the block that starts at `row` has corrections to add; if so, loads its group.
  bool LoadBlock(int row) {
    if (row >= head_.quantized || shape_.rank + shape_.outliers == 0) return false;
    LoadGroup(row);
    return true;
  }

  // Loads the scales of the row's group, unless it is the current one.
  HWY_INLINE void LoadGroup(int row) {
    const std::byte* group = head_.Group(row);
    if (group == group_) return;
    group_ = group;
    const auto* halves = reinterpret_cast<const std::uint16_t*>(group + shape_.scales_at());
    const int scales = shape_.scales();
    ForLanes(0, scales, [=, this](auto d, int i) HWY_ATTR {
      hn::StoreU(LoadHalf(d, halves + i), d, numbers_.scales + i);
      hn::StoreU(LoadHalf(d, halves + scales + i), d, numbers_.minima + i);
    });
    if (shape_.rank + shape_.outliers > 0) ReadCorrections();
  }
  HWY_NOINLINE void ReadCorrections() {
    for (int r = 0; r < shape_.rank; ++r) {
      float factor;
      std::memcpy(&factor, group_ + shape_.factors_at() + 4 * r, sizeof(factor));
      ReadInt8(shape_.a_at() + r * shape_.group, shape_.group, factor,
               numbers_.a + r * shape_.group);
      ReadInt8(shape_.b_at() + r * shape_.width, shape_.width, 1.0f, numbers_.b + r * shape_.width);
    }
    for (int i = 0; i < shape_.outliers; ++i) outliers_[i] = ReadOutlier(shape_, group_, i);
  }
  void ReadInt8(std::ptrdiff_t at, int count, float factor, float* to) const {
    const auto* int8 = reinterpret_cast<const std::int8_t*>(group_ + at);
    ForLanes(0, count, [=](auto d, int i) HWY_ATTR {
      const hn::Rebind<std::int8_t, decltype(d)> d_int8;
      const hn::RebindToSigned<decltype(d)> d_int;
      const auto numbers = hn::ConvertTo(d, hn::PromoteTo(d_int, hn::LoadU(d_int8, int8 + i)));
      hn::StoreU(hn::Mul(numbers, hn::Set(d, factor)), d, to + i);
    });
  }

  const Q4Head head_;
  const Q4Shape& shape_;
  const std::byte* group_ = nullptr;  // the current one
  GroupNumbers numbers_;
  Outlier outliers_[kMaxQ4Outliers];
};

template <>
struct ReaderOf<Q4Rows> {
  using Type = Q4RowReader;
};

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#endif
