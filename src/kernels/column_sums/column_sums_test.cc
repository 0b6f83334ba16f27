#include "kernels/column_sums/column_sums.h"

#include <gtest/gtest.h>

#include <cfloat>

#include "kernels/half/half.h"
#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

struct Shape {
  int tokens;
  int first_position;
  HeadCounts heads;
  int width;
};

struct Problem {
  explicit Problem(const Shape& shape)
      : shape(shape),
        q(RandomValues().Draw(shape.tokens * shape.heads.query * shape.width)),
        keys(static_cast<std::size_t>(Positions() * shape.heads.kv * shape.width)) {
    FloatToHalf(RandomValues().Draw(static_cast<int>(keys.size())), keys);
  }

  int Positions() const { return shape.first_position + shape.tokens; }
  View<const float> Queries() const {
    return {q.data(), shape.tokens, shape.heads.query * shape.width};
  }
  HeadRows<const std::uint16_t> Keys() const {
    return {View<const std::uint16_t>(keys.data(), Positions(), shape.width),
            Positions() * shape.width};
  }
  // [Hkv, N] and a guard value at the end.
  std::vector<float> Sums(ColumnSumsFunction run) const {
    const AttentionCall<std::uint16_t> call = {.q = Queries(),
                                               .keys = Keys(),
                                               .values = Keys(),
                                               .heads = shape.heads,
                                               .first_position = shape.first_position,
                                               .out = {}};
    std::vector<float> sums(static_cast<std::size_t>(shape.heads.kv * Positions()) + 1);
    sums.back() = 42.0f;
    for (int head = 0; head < shape.heads.kv; ++head) {
      run(call, {.kv_head = head, .last_row = shape.tokens * call.heads_per_kv()},
          sums.data() + head * Positions());
    }
    return sums;
  }

  Shape shape;
  std::vector<float> q;
  std::vector<std::uint16_t> keys;
};

// As attention's scores: (2 d^1.5 + N + 8) roundings of weights below 1, for each query row.
float Tolerance(const Problem& problem) {
  const Shape& shape = problem.shape;
  const auto d = static_cast<float>(shape.width);
  const auto rows = static_cast<float>(shape.tokens * (shape.heads.query / shape.heads.kv));
  return rows * FLT_EPSILON *
         (2.0f * d * std::sqrt(d) + static_cast<float>(problem.Positions()) + 8.0f);
}

const Shape kShapes[] = {{1, 0, {1, 1}, 8},    {1, 99, {4, 2}, 20},  {3, 95, {2, 2}, 64},
                         {40, 0, {3, 1}, 33},  {17, 383, {8, 4}, 3}, {2, 500, {6, 2}, 65},
                         {70, 130, {2, 1}, 16}};

TEST(ColumnSums, VariantsAgreeWithScalar) {
  for (const auto& variant : ColumnSumsVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const Shape& shape : kShapes) {
      const Problem problem(shape);
      const std::vector<float> expected = problem.Sums(ColumnSumsScalar);
      const std::vector<float> actual = problem.Sums(variant.run);
      for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_NEAR(actual[i], expected[i], Tolerance(problem))
            << "T=" << shape.tokens << " first=" << shape.first_position << " i=" << i
            << " seed=" << RandomValues::kSeed;
      }
    }
  }
}

// The weights of a row add up to 1.
TEST(ColumnSums, AddUpToTheQueryRows) {
  const Problem problem({40, 20, {6, 2}, 24});
  std::vector<float> sums = problem.Sums(ColumnSumsVariants().Chosen());
  sums.pop_back();
  float total = 0.0f;
  for (const float sum : sums) total += sum;
  EXPECT_NEAR(total, 40.0f * 6.0f, 1e-3f);
}

TEST(ColumnSums, BitsDependNeitherOnThreadsNorOnCuts) {
  const Problem problem({50, 30, {12, 3}, 20});
  std::vector<float> expected;
  for (const int threads : {1, 2, 3}) {
    for (const int at_once : {50, 7, 1}) {
      ThreadPool pool(threads);
      std::vector<float> sums(3 * 80);
      for (int first = 0; first < 50; first += at_once) {
        const int rows = std::min(at_once, 50 - first);
        AddColumnSums({.q = problem.Queries().Rows(first, rows),
                       .keys = problem.Keys(),
                       .heads = problem.shape.heads,
                       .first_position = 30 + first,
                       .sums = {sums.data(), 3, 80}},
                      pool);
      }
      if (expected.empty()) expected = sums;
      EXPECT_EQ(sums, expected) << threads << " threads, " << at_once << " at once";
    }
  }
}

}  // namespace
}  // namespace edgevlm
