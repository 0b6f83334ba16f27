#include <algorithm>

#include "kernels/matmul/int8_matmul.h"

#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/matmul/int8_matmul_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

// Highway 1.0.3 leaves VNNI's 512-bit form out of the target that is named after it.
#if HWY_TARGET == HWY_AVX3_DL
#undef HWY_TARGET_STR
#define HWY_TARGET_STR                                                            \
  HWY_TARGET_STR_AVX3                                                             \
  ",vpclmulqdq,avx512vbmi,avx512vbmi2,vaes,avxvnni,avx512bitalg,avx512vpopcntdq," \
  "avx512vnni"
#endif

#include "kernels/matmul/finish-inl.h"
#include "kernels/matmul/int8_unpack-inl.h"

#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// One register holds a column of outputs of one row; a tile is kRows rows of x times kColumns
// columns of w, for the inputs of one slice. Rows share what is loaded of w, columns what is loaded
// of x. Each sum needs two registers, of integers in a group and of floats in the block; NEON's
// short sums take one more, and GCC moves its loads far ahead.
constexpr bool kHas16Registers = HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4;
constexpr int kMaxRows = HWY_TARGET == HWY_NEON ? 2 : kHas16Registers ? 3 : 6;
constexpr int kSums = 2 * kMaxRows;
constexpr int kMaxPanels = 2;

// Weights are unpacked once for so many rows, fewer where those are long: what a pass reads of x
// and writes stays in the second cache.
constexpr int kRowsPerPass = 258;
constexpr int kFewestRowsPerPass = 96;
static_assert(kRowsPerPass % kMaxRows == 0);
constexpr int kPassBytes = 768 << 10;

// With one row the weight is read from memory, panel after panel; more at once would be so many
// places to read from. With several rows, panels share what is loaded of x.
constexpr int MostColumns(int rows) {
  int columns = rows == 1 ? kPanelColumns : 2;
  while (columns > 1 && rows * columns > kSums) columns /= 2;
  return columns;
}
constexpr int MostPanels(int rows) { return std::max(1, MostColumns(rows) / kPanelColumns); }

// What kind of groups a weight has.
template <int kGroupInputs, bool kHasMinimum, int kCodeBits>
struct Kind {
  static constexpr int kGroup = kGroupInputs;    // inputs that share a scale
  static constexpr bool kMinimum = kHasMinimum;  // codes are levels, and have a minimum
  static constexpr bool kWide = kCodeBits == 8;
  // How many products of four are added up in 16 bits before they go on in 32; 1 for none.
  static constexpr int kSteps =
      kHasShortSums ? std::min(MostSteps(kCodeBits), kGroupInputs / 4) : 1;
  // Whether the codes are levels already. If not, level = code - 2^bias_bits.
  static constexpr bool kLevels = kHasMinimum || kSignedFactors || (kWide && !kUnsignedLevels);
};

struct TileInput {
  const Int8Rows& x;
  int row;                  // first
  int first;                // input, a multiple of kInt8BlockInputs
  int count;                // of inputs, a multiple of 4
  const Int8Slice* slices;  // of the panels
  int column;               // first, counted from the first panel's
  int bias_bits;
};

// All lanes hold the four bytes at an address.
HWY_INLINE IntegerVector BroadcastFour(const std::int8_t* bytes) {
  std::int32_t four;
  std::memcpy(&four, bytes, sizeof(four));
  return hn::Set(ColumnIntegers(), four);
}
HWY_INLINE FloatVector BroadcastFloat(const std::int8_t* bytes) {
  float value;
  std::memcpy(&value, bytes, sizeof(value));
  return hn::Set(ColumnFloats(), value);
}

// What one column of a tile reads of its panel, from the column's first output.
struct Column {
  const std::uint8_t* codes;
  const float* scales;
  const float* minima;
};

template <class kKind, int kRows, int kColumns>
struct Tile {
  // A row of x is one piece of memory: levels, scales and sums are read from one register each.
  const std::int8_t* rows[kRows];
  std::ptrdiff_t scales;  // from a row's start, in bytes
  std::ptrdiff_t sums;
  Column columns[kColumns];
  int bias_bits;

  // Adds the slice's part to totals [kRows, stride].
  static void Run(const TileInput& in, float* HWY_RESTRICT totals, int stride) {
    Tile tile;
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) tile.rows[r] = in.x.Levels(in.row + r);
    tile.scales = in.x.ScalesOffset();
    tile.sums = in.x.NegatedSumsOffset(kKind::kGroup);
    tile.bias_bits = in.bias_bits;
    for (int c = 0; c < kColumns; ++c) {
      const Int8Slice& slice = in.slices[(in.column + c) / kPanelColumns];
      const int output = (in.column + c) % kPanelColumns * kColumnOutputs;
      tile.columns[c] = {slice.codes + 4 * output, slice.scales + output, slice.minima + output};
    }
    for (int k = 0; k < in.count; k += kInt8BlockInputs) {
      tile.AddBlock(in.first, k, std::min(kInt8BlockInputs, in.count - k), totals, stride);
    }
  }

  // The block of so many inputs that starts at input k of the slice, which starts at `first`.
  HWY_INLINE void AddBlock(int first, int k, int count, float* HWY_RESTRICT totals,
                           int stride) const {
    const ColumnFloats d;
    FloatVector parts[kRows][kColumns];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) parts[r][c] = hn::Zero(d);
    }
    constexpr int kGroup = kKind::kGroup;
    for (int i = k; i < k + count; i += kGroup) {
      AddGroup(first + i, i, kGroup == kInt8BlockInputs ? count : kGroup, parts);
    }
    const std::ptrdiff_t scale_at = scales + (first + k) / kInt8BlockInputs * std::ptrdiff_t{4};
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const auto scale = BroadcastFloat(rows[r] + scale_at);
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) {
        float* total = totals + r * stride + c * kColumnOutputs;
        hn::Store(hn::MulAdd(parts[r][c], scale, hn::Load(d, total)), d, total);
      }
    }
  }

  // Adds the products of the four inputs from input `input` of x, k of the slice.
  HWY_INLINE void AddFour(std::ptrdiff_t input, int k,
                          IntegerVector (&dots)[kRows][kColumns]) const {
    ByteVector w[kColumns];
    LoadCodes(k, w);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const auto inputs = BroadcastFour(rows[r] + input);
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) {
        dots[r][c] = AddDot<kKind::kWide>(dots[r][c], w[c], inputs);
      }
    }
  }

  // The same of 4 * kSteps inputs, by way of 16 bits.
  HWY_INLINE void AddSteps(std::ptrdiff_t input, int k,
                           IntegerVector (&dots)[kRows][kColumns]) const {
    ShortSums sums[kRows][kColumns];
#pragma GCC unroll 8
    for (int step = 0; step < kKind::kSteps; ++step) {
      ByteVector w[kColumns];
      LoadCodes(k + 4 * step, w);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
        const auto inputs = BroadcastFour(rows[r] + input + 4 * step);
#pragma GCC unroll 8
        for (int c = 0; c < kColumns; ++c) {
          sums[r][c] = step == 0 ? ShortSums::Multiply<kKind::kWide>(w[c], inputs)
                                 : ShortSums::Add<kKind::kWide>(sums[r][c], w[c], inputs);
        }
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) {
        dots[r][c] = AddInOrder(dots[r][c], ShortSums::Widen(sums[r][c]));
      }
    }
  }

  HWY_INLINE void LoadCodes(int k, ByteVector (&w)[kColumns]) const {
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      w[c] = hn::Load(ColumnBytes(), columns[c].codes + k * kSlabOutputs);
    }
  }

  // Adds the group of so many inputs that starts at input `input` of x, k of the slice.
  HWY_INLINE void AddGroup(std::ptrdiff_t input, int k, int count,
                           FloatVector (&parts)[kRows][kColumns]) const {
    const ColumnFloats d;
    const int group = k / kKind::kGroup;
    const std::ptrdiff_t sum_at = sums + input / kKind::kGroup * 4;
    IntegerVector dots[kRows][kColumns];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      IntegerVector start = hn::Zero(ColumnIntegers());
      if constexpr (!kKind::kLevels) {
        start = hn::ShiftLeftSame(BroadcastFour(rows[r] + sum_at), bias_bits);
      }
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) dots[r][c] = start;
    }
    int i = 0;
    if constexpr (kKind::kSteps > 1) {
      constexpr int kStepInputs = 4 * kKind::kSteps;
#pragma GCC unroll 8
      for (; i + kStepInputs <= count; i += kStepInputs) AddSteps(input + i, k + i, dots);
    }
    // Of a whole group nothing is left.
    if constexpr (kKind::kSteps == 1 || kKind::kGroup == kInt8BlockInputs) {
#pragma GCC unroll 8
      for (; i < count; i += 4) AddFour(input + i, k + i, dots);
    }
    FloatVector scale[kColumns], minimum[kColumns];
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      scale[c] = hn::Load(d, columns[c].scales + group * kSlabOutputs);
      if constexpr (kKind::kMinimum) {
        minimum[c] = hn::Load(d, columns[c].minima + group * kSlabOutputs);
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) {
        parts[r][c] = hn::MulAdd(hn::ConvertTo(d, dots[r][c]), scale[c], parts[r][c]);
      }
      if constexpr (kKind::kMinimum) {
        const auto sum = hn::ConvertTo(d, BroadcastFour(rows[r] + sum_at));
#pragma GCC unroll 8
        for (int c = 0; c < kColumns; ++c) {
          parts[r][c] = hn::MulAdd(minimum[c], sum, parts[r][c]);
        }
      }
    }
  }
};

using TileFunction = void (*)(const TileInput& in, float* totals, int stride);

template <class kKind>
struct Tiles {
  using Function = TileFunction;
  static constexpr int MostWidth(int rows) { return MostColumns(rows); }
  template <int kRows, int kColumns>
  static Function Of() {
    return Tile<kKind, kRows, kColumns>::Run;
  }
};

using TileTable = TileFunction (*)(int rows, int columns);

template <int kGroup, bool kHasMinimum, int kCodeBits>
constexpr TileTable kTilesOf = TileOf<Tiles<Kind<kGroup, kHasMinimum, kCodeBits>>, kMaxRows>;

// Where short sums hold a group whatever its codes are, or there are none, kinds share their tiles.
constexpr bool kBitsMatter = kHasShortSums && kShortProducts > 1;

// The tiles for a weight.
TileTable TilesFor(const Weight& w) {
  if (w.type() == WeightType::kInt8) return kTilesOf<kInt8BlockInputs, false, 8>;
  const BlockFormat& format = w.format();
  if (format.has_table || format.low_bits == 8) return kTilesOf<32, false, 8>;
  const int bits = kBitsMatter ? format.low_bits + format.high_bits : 4;
  if (format.group == 16) {
    if (format.has_minimum) return kTilesOf<16, true, 4>;
    return bits == 6 ? kTilesOf<16, false, 6> : kTilesOf<16, false, 4>;
  }
  if (format.has_minimum) return bits == 5 ? kTilesOf<32, true, 5> : kTilesOf<32, true, 4>;
  return bits == 5 ? kTilesOf<32, false, 5> : kTilesOf<32, false, 4>;
}

// level = code - 2^bits, for codes that are not levels.
int BiasBits(const Weight& w) {
  if (w.type() == WeightType::kInt8 || w.format().has_table) return 7;
  return w.format().low_bits + w.format().high_bits - 1;
}

// Rows [row, row + rows.whole), in tiles `rows`, of the panels.
void RunPanels(const Int8MatMulCall& call, const Parts& rows, int row, int panel, int panels) {
  HWY_ALIGN Int8Slice slices[kMaxPanels];
  HWY_ALIGN float totals[kRowsPerPass * kMaxPanels * kSlabOutputs];
  const UnpackFunction unpack = UnpackFor(call.w);
  const TileTable tiles = TilesFor(call.w);
  const int bias_bits = BiasBits(call.w);
  const int stride = panels * kSlabOutputs;
  std::fill_n(totals, rows.whole * stride, 0.0f);
  for (int first = 0; first < call.w.inputs(); first += kSliceInputs) {
    const int count = std::min(kSliceInputs, call.w.inputs() - first);
    for (int p = 0; p < panels; ++p) unpack(call.w, panel + p, first, count, slices[p]);
    for (int i = 0; i < rows.count; ++i) {
      const int columns = std::min(MostColumns(rows.Size(i)), panels * kPanelColumns);
      const TileFunction tile = tiles(rows.Size(i), columns);
      for (int column = 0; column < panels * kPanelColumns; column += columns) {
        const TileInput in{call.x, row + rows.Begin(i), first, count, slices, column, bias_bits};
        tile(in, totals + rows.Begin(i) * stride + column * kColumnOutputs, stride);
      }
      if (first + count < call.w.inputs()) continue;
      // Between two tiles: storing waits for memory, which the next tile need not.
      Finish(call.epilogue, {row + rows.Begin(i), rows.Size(i), panel, panels},
             totals + rows.Begin(i) * stride, call.y);
    }
  }
}

}  // namespace

void Int8MatMulPanels(const Int8MatMulCall& call, const MatMulPart& part) {
  const int row_bytes = 4 * Int8LayoutOf(call.x.inputs()).floats;
  const int most_rows = std::clamp(kPassBytes / row_bytes, kFewestRowsPerPass, kRowsPerPass);
  ForPasses(part, most_rows, kMaxRows, MostPanels,
            [&](const Parts& rows, int row, int panel, int panels) {
              RunPanels(call, rows, row, panel, panels);
            });
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<Int8MatMulFunction> Int8MatMulHighway() {
  return {.avx512 = HWY_CHOOSE_AVX3(Int8MatMulPanels),
          .avx2 = HWY_CHOOSE_AVX2(Int8MatMulPanels),
          .sse4 = HWY_CHOOSE_SSE4(Int8MatMulPanels),
          .neon = HWY_CHOOSE_NEON(Int8MatMulPanels),
          .avx512vnni = HWY_CHOOSE_AVX3_DL(Int8MatMulPanels)};
}

}  // namespace edgevlm
#endif
