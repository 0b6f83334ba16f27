#include "kernels/self_attention/self_attention.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>

#include "kernels/test_values.h"

namespace edgevlm {
namespace {

struct Shape {
  int pictures;
  int rows;
  int heads;
  int width;
};

struct Problem {
  explicit Problem(const Shape& s, int shift = 0)
      : shape(s),
        q(s.pictures * s.rows, s.heads * s.width, shift),
        k(s.pictures * s.rows, s.heads * s.width, shift),
        v(s.pictures * s.rows, s.heads * s.width, shift) {
    RandomValues random;
    for (Guarded<float>* side : {&q, &k, &v}) {
      side->Fill(random.Take(s.pictures * s.rows * s.heads * s.width));
    }
  }

  SelfAttentionCall Call(View<float> out) {
    return {.q = q.view(),
            .k = k.view(),
            .v = v.view(),
            .heads = shape.heads,
            .pictures = shape.pictures,
            .out = out};
  }
  Guarded<float> Output(int shift = 0) const {
    return {shape.pictures * shape.rows, shape.heads * shape.width, shift};
  }

  Shape shape;
  Guarded<float> q;
  Guarded<float> k;
  Guarded<float> v;
};

void RunAllParts(SelfAttentionFunction run, const SelfAttentionCall& call) {
  const int rows = call.q.rows / call.pictures;
  for (int picture = 0; picture < call.pictures; ++picture) {
    for (int head = 0; head < call.heads; ++head) {
      for (int first = 0; first < rows; first += kSelfAttentionQueries) {
        run(call, {picture, head, first, std::min(first + kSelfAttentionQueries, rows)});
      }
    }
  }
}

void CompareWithScalar(SelfAttentionFunction run, const Shape& shape, int shift) {
  SCOPED_TRACE(testing::Message() << "n=" << shape.pictures << " T=" << shape.rows
                                  << " H=" << shape.heads << " d=" << shape.width
                                  << " shift=" << shift << " seed=" << RandomValues::kSeed);
  Problem problem(shape, shift);
  Guarded<float> expected = problem.Output(), actual = problem.Output(shift);
  RunAllParts(SelfAttentionScalar, problem.Call(expected.view()));
  RunAllParts(run, problem.Call(actual.view()));
  // A score is off by d roundings of sum |q k|, about d, over sqrt(d); shares by as much, relative;
  // the output is a mean of values of size 4 or less over T rows.
  const auto width = static_cast<float>(shape.width);
  const float tolerance = 4.0f * FLT_EPSILON *
                          (2.0f * width * std::sqrt(width) + static_cast<float>(shape.rows) + 8.0f);
  for (int row = 0; row < expected.view().rows; ++row) {
    for (std::size_t i = 0; i < expected.view().Row(row).size(); ++i) {
      ASSERT_NEAR(actual.view().Row(row)[i], expected.view().Row(row)[i], tolerance)
          << "row=" << row << " i=" << i;
    }
  }
  ASSERT_TRUE(actual.intact());
}

TEST(SelfAttention, VariantsAgreeWithScalar) {
  for (const auto& variant : SelfAttentionVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const int width : {1, 7, 16, 24, 33, 64, 72}) {
      CompareWithScalar(variant.run, {1, 50, 2, width}, 1);
    }
    for (const int rows : {1, 2, 5, 6, 7, 47, 48, 49, 63, 64, 65, 97, 130}) {
      CompareWithScalar(variant.run, {2, rows, 2, 20}, 0);
    }
    CompareWithScalar(variant.run, {1, 9, 1, kMaxSelfAttentionWidth}, 3);
  }
}

// Scores of hundreds: shares of all but the highest vanish, none overflows.
TEST(SelfAttention, TakesLargeScores) {
  for (const auto& variant : SelfAttentionVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    Problem problem({1, 70, 1, 8});
    for (int row = 0; row < 70; ++row) {
      for (float& value : problem.q.view().Row(row)) value = 100.0f;
      for (float& value : problem.k.view().Row(row)) value = static_cast<float>(row);
    }
    Guarded<float> out = problem.Output();
    RunAllParts(variant.run, problem.Call(out.view()));
    for (std::size_t i = 0; i < 8; ++i) {
      EXPECT_FLOAT_EQ(out.view().Row(0)[i], problem.v.view().Row(69)[i]);
    }
  }
}

TEST(SelfAttention, ThreadsAndCompanyChangeNoBit) {
  const Shape shape{3, 100, 2, 24};
  Problem problem(shape);
  ThreadPool one(1), three(3);
  Guarded<float> together = problem.Output(), alone = problem.Output();
  SelfAttend(problem.Call(together.view()), three);
  for (int picture = 0; picture < shape.pictures; ++picture) {
    const int first = picture * shape.rows;
    SelfAttend({.q = problem.q.view().Rows(first, shape.rows),
                .k = problem.k.view().Rows(first, shape.rows),
                .v = problem.v.view().Rows(first, shape.rows),
                .heads = shape.heads,
                .out = alone.view().Rows(first, shape.rows)},
               one);
  }
  for (int row = 0; row < together.view().rows; ++row) {
    const auto found = together.view().Row(row), expected = alone.view().Row(row);
    EXPECT_TRUE(std::equal(found.begin(), found.end(), expected.begin())) << "row " << row;
  }
}

}  // namespace
}  // namespace edgevlm
