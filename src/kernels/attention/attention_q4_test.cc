// Attention over Q4Rows: against attention over the dequantized rows, and every variant against
// the scalar one.
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
  int first_position;
  int quantized;  // of first_position
  HeadCounts heads;
  Q4Shape rows;
};

// The keys or the values, with the number of quantized rows that the shape gives.
struct Side {
  Side(const Shape& shape, Along along, RandomValues& random)
      : form(shape.rows),
        quantized(shape.quantized),
        unquantized(shape.first_position + shape.tokens - quantized) {
    form.along = along;
    const int kv = shape.heads.kv, width = form.width, n = quantized / form.group;
    groups.resize(static_cast<std::size_t>(kv * n * form.bytes()));
    for (int i = 0; i < kv * n; ++i) {
      const std::vector<float> rows = random.Draw(form.group * width);
      QuantizeQ4Group(form, {rows.data(), form.group, width}, groups.data() + i * form.bytes());
    }
    halves.resize(static_cast<std::size_t>(kv * unquantized * width));
    FloatToHalf(random.Draw(static_cast<int>(halves.size())), halves);
    stride = n * form.bytes();
  }

  Q4Rows Rows() const {
    return {.groups = groups.data(),
            .head_stride = stride,
            .shape = form,
            .quantized = quantized,
            .unquantized = {halves.data(), unquantized, form.width},
            .unquantized_stride = std::ptrdiff_t{unquantized} * form.width};
  }
  // [Hkv, N, d]
  std::vector<float> Rebuilt(int heads) const {
    const int rows = quantized + unquantized;
    std::vector<float> numbers(static_cast<std::size_t>(heads * rows * form.width));
    for (int i = 0; i < heads * rows; ++i) {
      DequantizeQ4Row(Rows().Head(i / rows), i % rows,
                      View<float>(numbers.data(), heads * rows, form.width).Row(i));
    }
    return numbers;
  }

  Q4Shape form;
  int quantized;
  int unquantized;
  std::ptrdiff_t stride = 0;
  std::vector<std::byte> groups;
  std::vector<std::uint16_t> halves;
};

struct Problem {
  explicit Problem(const Shape& shape)
      : shape(shape),
        q(random.Draw(shape.tokens * Columns())),
        keys(shape, Along::kTokens, random),
        values(shape, Along::kChannels, random) {}

  int Columns() const { return shape.heads.query * shape.rows.width; }
  AttentionCall<Q4Rows> Call(View<float> out) const {
    return {.q = {q.data(), shape.tokens, Columns()},
            .keys = keys.Rows(),
            .values = values.Rows(),
            .heads = shape.heads,
            .first_position = shape.first_position,
            .out = out};
  }

  // Parts of at most rows_each rows.
  template <class Value>
  std::vector<float> ComputeParts(AttentionFunction<Value> run, AttentionCall<Value> call,
                                  int rows_each = kMaxPartRows) const {
    std::vector<float> numbers(q.size());
    call.out = {numbers.data(), shape.tokens, Columns()};
    const int group = call.heads_per_kv(), rows = shape.tokens * group, width = call.width();
    std::vector<float> sums(kMaxPartValues), total(kMaxPartRows), highest(kMaxPartRows);
    const Partials partials = {sums.data(), total.data(), highest.data(), PaddedWidth(width)};
    const int max_rows = std::min(rows_each, MaxPartRows(width));
    for (int kv = 0; kv < shape.heads.kv; ++kv) {
      for (int first = 0; first < rows; first += max_rows) {
        const int last = std::min(first + max_rows, rows);
        const int splits = KvSplitsBefore(call, call.Visible((last - 1) / group));
        run(call, {kv, first, last, 0, splits}, partials);
        for (int row = first; row < last; ++row) {
          NormalizeRow(partials.From(row - first), width,
                       call.out.Row(row / group).data() + call.Column(kv, row));
        }
      }
    }
    return numbers;
  }

  Shape shape;
  RandomValues random;
  std::vector<float> q;
  Side keys;
  Side values;
};

testing::Message Describe(const Shape& shape) {
  return testing::Message() << "T=" << shape.tokens << " first=" << shape.first_position
                            << " quantized=" << shape.quantized << " d=" << shape.rows.width
                            << " group=" << shape.rows.group << " rank=" << shape.rows.rank
                            << " seed=" << RandomValues::kSeed;
}

// As in attention_test.cc; a rank and an outlier are terms more of a sum, each row's largest value
// about 4.
float Tolerance(const Shape& shape) {
  const auto d = static_cast<float>(shape.rows.width + 8 * shape.rows.rank);
  const auto n = static_cast<float>(shape.first_position + shape.tokens);
  return 4.0f * FLT_EPSILON * (2.0f * d * std::sqrt(d) + n + 8.0f);
}

std::vector<Shape> Shapes() {
  std::vector<Shape> shapes;
  for (const int width : {1, 8, 9, 20, 33, 64, 65, 128, 256}) {
    const Q4Shape kivi = {.width = width, .group = 32};
    const Q4Shape gear = {.width = width, .group = 96, .rank = 2, .outliers = width / 2};
    shapes.push_back({1, 200, 192, {2, 2}, kivi});
    shapes.push_back({20, 70, 64, {4, 2}, kivi});
    shapes.push_back({1, 200, 192, {3, 1}, gear});
    shapes.push_back({20, 100, 96, {4, 2}, gear});
    shapes.push_back({2, 500, 480, {8, 1}, gear});
  }
  shapes.push_back({3, 96, 96, {1, 1}, {.width = 16, .group = 96, .rank = 4}});
  shapes.push_back({70, 288, 288, {2, 1}, {.width = 16, .group = 96, .outliers = 24}});
  shapes.push_back({5, 10, 0, {2, 1}, {.width = 16, .group = 96, .rank = 1}});
  return shapes;
}

TEST(AttentionQ4, EqualsAttentionOverTheRowsRebuilt) {
  for (const Shape& shape : Shapes()) {
    SCOPED_TRACE(Describe(shape));
    const Problem problem(shape);
    const int rows = shape.first_position + shape.tokens, width = shape.rows.width;
    const std::vector<float> keys = problem.keys.Rebuilt(shape.heads.kv);
    const std::vector<float> values = problem.values.Rebuilt(shape.heads.kv);
    const AttentionCall<float> rebuilt = {
        .q = {problem.q.data(), shape.tokens, problem.Columns()},
        .keys = {{keys.data(), rows, width}, std::ptrdiff_t{rows} * width},
        .values = {{values.data(), rows, width}, std::ptrdiff_t{rows} * width},
        .heads = shape.heads,
        .first_position = shape.first_position,
        .out = {}};
    const auto expected = problem.ComputeParts<float>(AttentionScalar, rebuilt);
    for (const auto& variant : AttentionVariants<Q4Rows>()) {
      if (!Includes(BestIsa(), variant.needs)) continue;
      SCOPED_TRACE(IsaName(variant.needs));
      const auto actual = problem.ComputeParts<Q4Rows>(variant.run, problem.Call({}));
      for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_NEAR(actual[i], expected[i], Tolerance(shape)) << i;
      }
    }
  }
}

TEST(AttentionQ4, RowsDependOnNoOtherRows) {
  for (const auto& variant : AttentionVariants<Q4Rows>()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const Shape& shape : Shapes()) {
      SCOPED_TRACE(Describe(shape));
      const Problem problem(shape);
      const auto together = problem.ComputeParts<Q4Rows>(variant.run, problem.Call({}));
      EXPECT_EQ(problem.ComputeParts<Q4Rows>(variant.run, problem.Call({}), 1), together);
      EXPECT_EQ(problem.ComputeParts<Q4Rows>(variant.run, problem.Call({}), 3), together);
    }
  }
}

TEST(AttentionQ4, ThreadsChangeNoBit) {
  const Problem problem(
      {2, 960, 960, {8, 2}, {.width = 64, .group = 96, .rank = 2, .outliers = 30}});
  std::vector<float> expected;
  for (const int threads : {1, 2, 3}) {
    ThreadPool pool(threads);
    std::vector<float> out(problem.q.size());
    Attend(problem.Call({out.data(), 2, problem.Columns()}), pool);
    if (expected.empty()) expected = out;
    EXPECT_EQ(out, expected) << threads;
  }
}

}  // namespace
}  // namespace edgevlm
