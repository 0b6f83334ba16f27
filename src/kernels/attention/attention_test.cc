#include "kernels/attention/attention.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>

#include "kernels/attention/attention_part.h"
#include "kernels/half/half.h"
#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

struct Shape {
  int tokens;
  int first_position;  // with kAll: positions in addition to one per token
  HeadCounts heads;
  int width;
  MaskRange mask = MaskRange::kCausal;
  bool is_counted = false;  // positions count more or less than once
  int window = 0;
};

template <class Value>
void Put(const std::vector<float>& from, std::span<Value> to) {
  if constexpr (std::is_same_v<Value, float>) {
    std::copy(from.begin(), from.end(), to.begin());
  } else if constexpr (std::is_same_v<Value, std::uint16_t>) {
    FloatToHalf(from, to);
  } else {
    QuantizeQ8Row(from, to.data());
  }
}

// The rows of all heads side by side, each row with a gap behind it.
template <class Value>
class Side {
 public:
  Side(int rows, int heads, int width, int shift)
      : rows_(rows), cols_(heads * RowCells<Value>(width)), shift_(shift) {
    values_.resize(static_cast<std::size_t>(rows * (cols_ + kGap) + shift));
  }
  View<Value> view() { return {values_.data() + shift_, rows_, cols_, cols_ + kGap}; }

 private:
  static constexpr int kGap = 3;
  int rows_;
  int cols_;
  int shift_;
  std::vector<Value> values_;
};

void Spoil(float& value) { value = NAN; }
void Spoil(std::uint16_t& value) { value = 0x7e00; }
void Spoil(BlockQ8_0& value) { value.scale = 0x7e00; }

// Random queries, keys and values. Extra rows at the end are NaN and must not be read.
template <class Value>
struct Problem {
  explicit Problem(const Shape& shape, int shift = 0)
      : shape(shape),
        q(shape.tokens, shape.heads.query * shape.width, shift),
        keys(Positions() + 2, shape.heads.kv, shape.width, shift),
        values(Positions() + 2, shape.heads.kv, shape.width, shift) {
    RandomValues random;
    q.Fill(random.Draw(shape.tokens * shape.heads.query * shape.width));
    for (Side<Value>* side : {&keys, &values}) {
      const int cells = RowCells<Value>(shape.width);
      for (int row = 0; row < side->view().rows; ++row) {
        for (int head = 0; head < shape.heads.kv; ++head) {
          Put(random.Draw(shape.width), side->view().Cols(head * cells, cells).Row(row));
        }
        if (row < Positions()) continue;
        for (Value& value : side->view().Row(row)) Spoil(value);
      }
    }
    if (shape.is_counted) counts = random.Draw(Positions());
  }

  int Positions() const { return shape.first_position + shape.tokens; }

  AttentionCall<Value> Call(View<float> out) {
    const int rows = shape.mask == MaskRange::kAll ? Positions() : Positions() + 2;
    return {.q = q.view(),
            .keys = Heads(keys, rows),
            .values = Heads(values, rows),
            .heads = shape.heads,
            .mask = shape.mask,
            .first_position = shape.first_position,
            .window = shape.window,
            .log2_counts = counts.empty() ? nullptr : counts.data(),
            .out = out};
  }

  HeadRows<const Value> Heads(Side<Value>& side, int rows) const {
    return SideBySide(View<const Value>(side.view().Rows(0, rows)), shape.heads.kv);
  }

  // Parts of at most rows_each rows and splits_each splits, joined as Attend does.
  void ComputeParts(AttentionFunction<Value> run, View<float> out, int rows_each = kMaxPartRows) {
    const AttentionCall<Value> call = Call(out);
    const int heads = call.heads_per_kv(), rows = shape.tokens * heads;
    const int max_rows = std::min(rows_each, MaxPartRows(shape.width));
    std::vector<float> sums(kMaxPartValues), total(kMaxPartRows), highest(kMaxPartRows);
    const Partials partials = {sums.data(), total.data(), highest.data(), PaddedWidth(shape.width)};
    for (int kv = 0; kv < shape.heads.kv; ++kv) {
      for (int first = 0; first < rows; first += max_rows) {
        const int last = std::min(first + max_rows, rows);
        const int splits = KvSplitsBefore(call, call.Visible((last - 1) / heads));
        run(call, {kv, first, last, 0, splits}, partials);
        for (int row = first; row < last; ++row) {
          NormalizeRow(partials.From(row - first), shape.width,
                       out.Row(row / heads).data() + (kv * heads + row % heads) * shape.width);
        }
      }
    }
  }

  Shape shape;
  Guarded<float> q;
  Side<Value> keys;
  Side<Value> values;
  std::vector<float> counts;  // log2, or empty
};

testing::Message Describe(const Shape& shape, int shift) {
  return testing::Message() << "T=" << shape.tokens << " first=" << shape.first_position
                            << " Hq=" << shape.heads.query << " Hkv=" << shape.heads.kv
                            << " d=" << shape.width << " shift=" << shift
                            << " all=" << (shape.mask == MaskRange::kAll)
                            << " counted=" << shape.is_counted << " window=" << shape.window
                            << " seed=" << RandomValues::kSeed;
}

void ExpectNear(View<float> actual, View<float> expected, float tolerance) {
  for (int row = 0; row < expected.rows; ++row) {
    for (std::size_t i = 0; i < expected.Row(row).size(); ++i) {
      ASSERT_NEAR(actual.Row(row)[i], expected.Row(row)[i], tolerance)
          << "row=" << row << " i=" << i;
    }
  }
}

void ExpectSame(View<float> actual, View<float> expected) {
  for (int row = 0; row < expected.rows; ++row) {
    for (std::size_t i = 0; i < expected.Row(row).size(); ++i) {
      ASSERT_EQ(actual.Row(row)[i], expected.Row(row)[i]) << "row=" << row << " i=" << i;
    }
  }
}

// A score is off by d roundings of sum |q k|, about d, over sqrt(d); weights by as much, relative;
// the output is a mean of values of size 4 or less over N positions.
float Tolerance(int width, int positions) {
  const auto d = static_cast<float>(width);
  return 4.0f * FLT_EPSILON * (2.0f * d * std::sqrt(d) + static_cast<float>(positions) + 8.0f);
}

template <class Value>
void CompareWithScalar(AttentionFunction<Value> run, const Shape& shape, int shift) {
  SCOPED_TRACE(Describe(shape, shift));
  Problem<Value> problem(shape, shift);
  const int cols = shape.heads.query * shape.width;
  Guarded<float> expected(shape.tokens, cols), actual(shape.tokens, cols, shift);
  problem.ComputeParts(AttentionScalar, expected.view());
  problem.ComputeParts(run, actual.view());
  ExpectNear(actual.view(), expected.view(), Tolerance(shape.width, problem.Positions()));
  ASSERT_TRUE(actual.intact());
}

template <class Value>
class Attention : public testing::Test {};
using Values = testing::Types<float, std::uint16_t, BlockQ8_0>;
TYPED_TEST_SUITE(Attention, Values);

TYPED_TEST(Attention, VariantsAgreeWithScalar) {
  for (const auto& variant : AttentionVariants<TypeParam>()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const int width : {1, 3, 8, 15, 16, 17, 24, 33, 48, 64, 65, 72, 80, 100, 256}) {
      CompareWithScalar<TypeParam>(variant.run, {2, 20, {2, 2}, width}, width % 4);
      CompareWithScalar<TypeParam>(variant.run, {50, 0, {1, 1}, width, MaskRange::kAll}, width % 4);
    }
    for (const int tokens : {1, 2, 3, 7, 15, 16, 17, 33, 65, 130}) {
      for (const int first : {0, 1, 15, 16, 31, 47, 48, 49, 97}) {
        CompareWithScalar<TypeParam>(variant.run, {tokens, first, {2, 1}, 12}, 1);
        CompareWithScalar<TypeParam>(variant.run, {tokens, first, {1, 1}, 12, MaskRange::kAll}, 0);
      }
    }
    CompareWithScalar<TypeParam>(variant.run, {5, 9, {12, 2}, 24}, 0);
    CompareWithScalar<TypeParam>(variant.run, {3, 2 * kKvSplit - 1, {2, 1}, 20}, 0);
    CompareWithScalar<TypeParam>(variant.run, {60, 2 * kKvSplit - 30, {1, 1}, 20}, 0);
    // Without a mask: a few positions more than whole blocks, and more than one split.
    for (const int tokens : {2, 40}) {
      for (const int positions : {kKvBlock + 8, kKvBlock + 9, kWideKvSplit + 3}) {
        CompareWithScalar<TypeParam>(
            variant.run, {tokens, positions - tokens, {1, 1}, 24, MaskRange::kAll, true}, 0);
      }
    }
    for (const int tokens : {1, 7, 50}) {
      CompareWithScalar<TypeParam>(variant.run, {tokens, 9, {2, 1}, 12, MaskRange::kCausal, true},
                                   1);
      CompareWithScalar<TypeParam>(variant.run, {tokens, 400, {1, 1}, 12, MaskRange::kAll, true},
                                   0);
    }
  }
}

// Windows that begin inside a tile, a block and a split, and rows that attend to none of the first.
TYPED_TEST(Attention, VariantsAgreeWithScalarInWindows) {
  for (const auto& variant : AttentionVariants<TypeParam>()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const MaskRange mask : {MaskRange::kCausal, MaskRange::kAll}) {
      for (const int tokens : {1, 3, 17, 65, 130}) {
        for (const int window : {1, 5, 40, 97, 500}) {
          for (const int first : {0, 99, kKvSplit - 60, 2 * kKvSplit + 50}) {
            CompareWithScalar<TypeParam>(variant.run,
                                         {tokens, first, {2, 1}, 12, mask, false, window}, 1);
          }
        }
      }
      CompareWithScalar<TypeParam>(variant.run, {50, 9, {2, 1}, 12, mask, true, 7}, 0);
    }
  }
}

// A row with a window has the output of a sequence that holds only its window.
TYPED_TEST(Attention, AWindowHidesWhatIsBeforeIt) {
  constexpr int kWindow = 50, kWidth = 20;
  ThreadPool pool(1);
  Problem<TypeParam> problem(
      {90, kKvSplit - 40, {1, 1}, kWidth, MaskRange::kCausal, false, kWindow});
  Guarded<float> together(90, kWidth), alone(1, kWidth);
  Attend(problem.Call(together.view()), pool);
  for (int row = 0; row < 90; ++row) {
    const int begin = problem.shape.first_position + row + 1 - kWindow;
    AttentionCall<TypeParam> call = problem.Call(alone.view());
    call.q = problem.q.view().Rows(row, 1);
    call.keys = SideBySide(View<const TypeParam>(problem.keys.view().Rows(begin, kWindow)), 1);
    call.values = SideBySide(View<const TypeParam>(problem.values.view().Rows(begin, kWindow)), 1);
    call.first_position = kWindow - 1;
    call.window = 0;
    Attend(call, pool);
    ExpectNear(together.view().Rows(row, 1), alone.view(), Tolerance(kWidth, kWindow));
  }
}

// A position that counts as two is one that is there twice.
TYPED_TEST(Attention, CountsStandForCopies) {
  for (const auto& variant : AttentionVariants<TypeParam>()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const int tokens : {1, 40}) {
      Problem<TypeParam> twice({tokens, 60, {1, 1}, 16, MaskRange::kAll});
      for (Side<TypeParam>* side : {&twice.keys, &twice.values}) {
        std::ranges::copy(side->view().Row(3), side->view().Row(twice.Positions() - 1).data());
      }
      Problem<TypeParam> counted({tokens, 59, {1, 1}, 16, MaskRange::kAll});
      counted.q = twice.q;
      counted.keys = twice.keys;  // its last position is excluded
      counted.values = twice.values;
      counted.counts.assign(static_cast<std::size_t>(counted.Positions()), 0.0f);
      counted.counts[3] = 1.0f;
      Guarded<float> expected(tokens, 16), actual(tokens, 16);
      twice.ComputeParts(variant.run, expected.view());
      counted.ComputeParts(variant.run, actual.view());
      ExpectNear(actual.view(), expected.view(), Tolerance(16, twice.Positions()));
    }
  }
}

// Of a number that float16 holds exactly, relative; a block rounds its scale.
template <class Value>
constexpr float kRounding = std::is_same_v<Value, BlockQ8_0> ? 0x1p-11f : 2 * FLT_EPSILON;

// One row and many take different ways through a kernel, to the same bits.
TYPED_TEST(Attention, RowsDependOnNoOtherRows) {
  for (const auto& variant : AttentionVariants<TypeParam>()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const MaskRange mask : {MaskRange::kCausal, MaskRange::kAll}) {
      for (const int first : {5, kKvSplit - 20, 2 * kKvBlock - 70 + 8, 2 * kKvBlock - 70 + 9}) {
        Problem<TypeParam> problem({70, first, {4, 2}, 36, mask, first == 5});
        Guarded<float> together(70, 144), alone(70, 144), in_threes(70, 144);
        problem.ComputeParts(variant.run, together.view());
        problem.ComputeParts(variant.run, alone.view(), 1);
        problem.ComputeParts(variant.run, in_threes.view(), 3);
        ExpectSame(alone.view(), together.view());
        ExpectSame(in_threes.view(), together.view());
      }
      for (const int window : {8, kKvSplit}) {
        Problem<TypeParam> problem({70, kKvSplit - 20, {4, 2}, 36, mask, false, window});
        Guarded<float> together(70, 144), alone(70, 144);
        problem.ComputeParts(variant.run, together.view());
        problem.ComputeParts(variant.run, alone.view(), 1);
        ExpectSame(alone.view(), together.view());
      }
    }
  }
}

// Whether rows, heads or positions are split over the threads.
TYPED_TEST(Attention, ThreadsChangeNoBit) {
  ThreadPool one(1), two(2), three(3);
  for (const Shape& shape :
       {Shape{37, 21, {6, 3}, 20}, Shape{1, 1500, {8, 1}, 20}, Shape{2, 767, {2, 1}, 256},
        Shape{1, 9000, {8, 1}, 256}, Shape{330, 0, {1, 1}, 20, MaskRange::kAll},
        Shape{1, 2000, {4, 1}, 64, MaskRange::kCausal, false, 900},
        Shape{300, 900, {4, 1}, 64, MaskRange::kAll, false, 512}}) {
    SCOPED_TRACE(Describe(shape, 0));
    Problem<TypeParam> problem(shape);
    const int cols = shape.heads.query * shape.width;
    Guarded<float> expected(shape.tokens, cols), actual(shape.tokens, cols);
    Attend(problem.Call(expected.view()), one);
    for (ThreadPool* pool : {&two, &three}) {
      Attend(problem.Call(actual.view()), *pool);
      ExpectSame(actual.view(), expected.view());
    }
  }
}

// Scores of hundreds: all weights but the highest vanish, none overflows.
TYPED_TEST(Attention, TakesLargeScores) {
  for (const auto& variant : AttentionVariants<TypeParam>()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    Problem<TypeParam> problem({70, 0, {1, 1}, 8, MaskRange::kAll});
    for (int row = 0; row < 70; ++row) {
      for (float& value : problem.q.view().Row(row)) value = 100.0f;
      Put(std::vector<float>(8, static_cast<float>(row)), problem.keys.view().Row(row));
      Put(std::vector<float>(8, static_cast<float>(row)), problem.values.view().Row(row));
    }
    Guarded<float> out(70, 8);
    problem.ComputeParts(variant.run, out.view());
    for (const float value : out.view().Row(0)) {
      EXPECT_NEAR(value, 69.0f, 69 * kRounding<TypeParam>);
    }
  }
}

TYPED_TEST(Attention, OnePositionIsItsValue) {
  Problem<TypeParam> problem({1, 0, {1, 1}, 8});
  Put(std::vector<float>(8, 1.25f), problem.values.view().Row(0));
  ThreadPool pool(1);
  Guarded<float> out(1, 8);
  Attend(problem.Call(out.view()), pool);
  for (const float value : out.view().Row(0)) {
    EXPECT_NEAR(value, 1.25f, 1.25f * kRounding<TypeParam>);
  }
}

TYPED_TEST(Attention, NoTokens) {
  Problem<TypeParam> problem({0, 4, {2, 1}, 8});
  ThreadPool pool(2);
  Guarded<float> out(0, 16);
  Attend(problem.Call(out.view()), pool);
  EXPECT_TRUE(out.intact());
}

// Queries, keys and values of size 1 keep 8 bits: a product is off by 2^-8 at most and a score by
// the root of d products' mean squares, 2^-9 each, over sqrt(d); a weight by 2^-9 and its score;
// the output is a mean of values of size 4 or less.
TYPED_TEST(Attention, Bf16PairsAgreeWithScalar) {
  const AttentionFunction<TypeParam> run = AttentionBf16<TypeParam>();
  if (run == nullptr) GTEST_SKIP() << "this CPU has no products of bfloat16";
  for (const Shape& shape : {Shape{1, 40, {2, 2}, 33}, Shape{50, 0, {2, 2}, 72, MaskRange::kAll},
                             Shape{131, 0, {1, 1}, 1, MaskRange::kAll}, Shape{47, 400, {4, 2}, 64},
                             Shape{64, 0, {1, 1}, 256}, Shape{97, 0, {1, 1}, 80, MaskRange::kAll},
                             Shape{97, 0, {1, 1}, 80, MaskRange::kAll, true},
                             Shape{97, 400, {2, 1}, 80, MaskRange::kAll, false, 30}}) {
    SCOPED_TRACE(Describe(shape, 1));
    Problem<TypeParam> problem(shape, 1);
    const int cols = shape.heads.query * shape.width;
    Guarded<float> expected(shape.tokens, cols), actual(shape.tokens, cols, 1);
    problem.ComputeParts(AttentionScalar, expected.view());
    problem.ComputeParts(run, actual.view());
    ExpectNear(actual.view(), expected.view(), 4.0f * 4.0f * 0x1p-8f);
    EXPECT_TRUE(actual.intact());
    Guarded<float> alone(shape.tokens, cols);
    problem.ComputeParts(run, alone.view(), 1);
    ExpectSame(alone.view(), actual.view());
  }
}

}  // namespace
}  // namespace edgevlm
