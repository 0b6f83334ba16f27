// The two matrix products of attention, in register tiles. Compiled once per instruction set.
#if defined(EDGEVLM_KERNELS_ATTENTION_PRODUCTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_ATTENTION_PRODUCTS_INL_H_
#undef EDGEVLM_KERNELS_ATTENTION_PRODUCTS_INL_H_
#else
#define EDGEVLM_KERNELS_ATTENTION_PRODUCTS_INL_H_
#endif

#include "kernels/attention/queries-inl.h"

#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// 2^x for x <= 0; relative error at most 2 * FLT_EPSILON for x >= -126, below 2^-126 between 0 and
// 2^-126, exactly 0 below -127. 2^x = 2^n * 2^f with |f| <= 1/2; of the polynomials of degree 5
// that are 1 at 0, this one has the smallest maximal relative error, 0.8 * FLT_EPSILON.
template <class D, class V = hn::VFromD<D>>
HWY_INLINE V Exp2(D d, V x) {
  const V clamped = hn::Max(x, hn::Set(d, -127.0f));
  const V n = hn::Round(clamped);
  const V f = hn::Sub(clamped, n);
  V p = hn::MulAdd(f, hn::Set(d, 1.3264626e-3f), hn::Set(d, 9.6715042e-3f));
  p = hn::MulAdd(f, p, hn::Set(d, 5.5507339e-2f));
  p = hn::MulAdd(f, p, hn::Set(d, 2.4022242e-1f));
  p = hn::MulAdd(f, p, hn::Set(d, 6.9314698e-1f));
  p = hn::MulAdd(f, p, hn::Set(d, 1.0f));
  const hn::RebindToSigned<D> di;
  const auto exponent = hn::ShiftLeft<23>(hn::ConvertTo(di, n));
  return hn::BitCast(d, hn::Add(hn::BitCast(di, p), exponent));
}

// How numbers are multiplied. A step multiplies kPerStep neighbors: one here; in attention_bf16.cc
// two, a bf16 pair in the 32 bits of a float.
struct FloatProducts {
  static constexpr int kPerStep = 1;
  static HWY_INLINE Vector MulAdd(Vector a, Vector b, Vector sum) { return hn::MulAdd(a, b, sum); }

  // 2^x for x <= 0, as exact as a product needs its numbers.
  static HWY_INLINE Vector Exp2(Vector x) { return HWY_NAMESPACE::Exp2(FullTag(), x); }

  // Converts a row to the form that MulAdd takes; to may be row.
  static HWY_INLINE void ConvertRow(const float* row, int width, float* to) {
    if (to != row) std::copy_n(row, width, to);
  }
};

constexpr int kTileRows = 6;
// kTileRows * kTileVectors sums fill the 32 registers of AVX-512 and NEON, or the 16 of AVX2 and
// SSE4.
constexpr int kTileVectors = HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4 ? 2 : 4;

// out[r, l] = sum_i rows[r, i] * lanes[i, l].
struct Scoring {
  const float* rows = nullptr;  // [rows, row_stride], steps of them filled
  int row_stride = 0;
  int steps = 0;
  const float* lanes = nullptr;  // [steps, stride]
  int stride = 0;
  float* out = nullptr;  // [rows, out_stride]
  int out_stride = 0;
};

template <class Products, int kRows, int kVectors>
HWY_NOINLINE void ScoreTile(const Scoring& s, int row, int lane) {
  const FullTag d;
  const float* HWY_RESTRICT rows[kRows];
  Vector sums[kRows][kVectors];
#pragma GCC unroll 6
  for (int r = 0; r < kRows; ++r) {
    rows[r] = s.rows + (row + r) * s.row_stride;
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) sums[r][v] = hn::Zero(d);
  }
  const float* HWY_RESTRICT lanes = s.lanes + lane;
  for (int i = 0; i < s.steps; ++i, lanes += s.stride) {
    Vector part[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) part[v] = hn::Load(d, lanes + v * kLanes);
#pragma GCC unroll 6
    for (int r = 0; r < kRows; ++r) {
      const Vector number = hn::Set(d, rows[r][i]);
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        sums[r][v] = Products::MulAdd(number, part[v], sums[r][v]);
      }
    }
  }
#pragma GCC unroll 6
  for (int r = 0; r < kRows; ++r) {
    float* out = s.out + (row + r) * s.out_stride + lane;
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) hn::Store(sums[r][v], d, out + v * kLanes);
  }
}

// sums[r, i] = sums[r, i] * rescale[r] + sum_j weights[r, j] * values[j, i].
template <class Value>
struct WeightedSum {
  const float* weights = nullptr;  // weight [r, j] is at r * row_stride + j * step_stride
  int row_stride = 0;
  int step_stride = 0;
  const Value* values = nullptr;  // [steps, width]
  std::ptrdiff_t value_stride = 0;
  int width = 0;  // whole vectors
  int steps = 0;
  const float* rescale = nullptr;
  float* sums = nullptr;  // [rows, width]
};

template <class Products, int kRows, int kVectors, class Value>
HWY_NOINLINE void WeightedSumTile(const WeightedSum<Value>& m, int row, int column) {
  const FullTag d;
  float* HWY_RESTRICT out = m.sums + row * m.width + column;
  Vector sums[kRows][kVectors];
#pragma GCC unroll 6
  for (int r = 0; r < kRows; ++r) {
    const Vector rescale = hn::Set(d, m.rescale[row + r]);
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      sums[r][v] = hn::Mul(hn::LoadU(d, out + r * m.width + v * kLanes), rescale);
    }
  }
  const Value* HWY_RESTRICT values = m.values + column;
  const float* HWY_RESTRICT weights = m.weights + row * m.row_stride;
  for (int j = 0; j < m.steps; ++j, values += m.value_stride, weights += m.step_stride) {
    Vector part[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) part[v] = LoadNumbers(d, values + v * kLanes);
#pragma GCC unroll 6
    for (int r = 0; r < kRows; ++r) {
      const Vector weight = hn::Set(d, weights[r * m.row_stride]);
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        sums[r][v] = Products::MulAdd(weight, part[v], sums[r][v]);
      }
    }
  }
#pragma GCC unroll 6
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      hn::StoreU(sums[r][v], d, out + r * m.width + v * kLanes);
    }
  }
}

// Either product as RunTile(product, row, lane), for tiles of kRows rows and kVectors vectors.
template <class Products, int kRows, int kVectors>
HWY_INLINE void RunTile(const Scoring& scoring, int row, int lane) {
  ScoreTile<Products, kRows, kVectors>(scoring, row, lane);
}
template <class Products, int kRows, int kVectors, class Value>
HWY_INLINE void RunTile(const WeightedSum<Value>& weighted_sum, int row, int lane) {
  WeightedSumTile<Products, kRows, kVectors>(weighted_sum, row, lane);
}

// A tile of `rows` rows from `row` on; rows <= kRows.
template <class Products, int kRows, int kVectors, class Product>
HWY_INLINE void RunRows(const Product& product, int rows, int row, int lane) {
  if constexpr (kRows > 1) {
    if (rows < kRows) return RunRows<Products, kRows - 1, kVectors>(product, rows, row, lane);
  }
  RunTile<Products, kRows, kVectors>(product, row, lane);
}

// The last two tiles split their rows evenly: with too few independent sums, each would wait for
// the one before.
template <class Products, int kVectors, int kMaxRows, class Product>
HWY_INLINE void RunColumns(const Product& product, int rows, int lane) {
  int row = 0;
  for (; rows - row >= 2 * kMaxRows; row += kMaxRows) {
    RunTile<Products, kMaxRows, kVectors>(product, row, lane);
  }
  const int left = rows - row;
  const int first = left > kMaxRows ? (left + 1) / 2 : left;
  RunRows<Products, kMaxRows, kVectors>(product, first, row, lane);
  if (left > first) {
    RunRows<Products, kMaxRows, kVectors>(product, left - first, row + first, lane);
  }
}

// A tile of `vectors` vectors from `lane` on; vectors <= kVectors.
template <class Products, int kVectors, int kMaxRows, class Product>
HWY_INLINE void RunVectors(const Product& product, int rows, int vectors, int lane) {
  if constexpr (kVectors > 1) {
    if (vectors < kVectors) {
      return RunVectors<Products, kVectors - 1, kMaxRows>(product, rows, vectors, lane);
    }
  }
  RunColumns<Products, kVectors, kMaxRows>(product, rows, lane);
}

// All rows and `lanes` lanes, a multiple of kLanes, in tiles of even width. One or two rows get
// wider tiles, so that enough independent sums are in flight.
template <class Products, class Product>
HWY_INLINE void RunTiles(const Product& product, int rows, int lanes) {
  const int vectors = lanes / kLanes;
  const int widest = rows <= 2 ? 2 * kTileVectors : kTileVectors;
  const int tiles = (vectors + widest - 1) / widest;
  for (int tile = 0, vector = 0; tile < tiles; ++tile) {
    const int wide = (vectors - vector) / (tiles - tile);
    if (rows <= 2) {
      RunVectors<Products, 2 * kTileVectors, 2>(product, rows, wide, vector * kLanes);
    } else {
      RunVectors<Products, kTileVectors, kTileRows>(product, rows, wide, vector * kLanes);
    }
    vector += wide;
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#endif
