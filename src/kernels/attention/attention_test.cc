#include "kernels/attention/attention.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>

#include "kernels/half/half.h"
#include "kernels/test_values.h"

namespace edgevlm {
namespace {

struct Shape {
  int tokens;
  int first_position;
  HeadCounts heads;
  int width;
};

// Random queries, and a cache with rows to spare that are NaN: nobody may read those.
struct Problem {
  explicit Problem(const Shape& shape, int shift = 0)
      : shape(shape),
        q(shape.tokens, shape.heads.query * shape.width, shift),
        keys(Positions(shape) + 2, shape.heads.kv * shape.width, shift),
        values(Positions(shape) + 2, shape.heads.kv * shape.width, shift) {
    RandomValues random;
    q.Fill(random.Take(shape.tokens * shape.heads.query * shape.width));
    for (Guarded<std::uint16_t>* side : {&keys, &values}) {
      for (int row = 0; row < side->view().rows; ++row) {
        std::vector<float> wide = random.Take(side->view().cols);
        if (row >= Positions(shape)) std::fill(wide.begin(), wide.end(), NAN);
        FloatToHalf(wide, side->view().Row(row));
      }
    }
  }

  static int Positions(const Shape& shape) { return shape.first_position + shape.tokens; }

  AttentionCall Call(View<float> out) {
    return {.q = q.view(),
            .keys = keys.view(),
            .values = values.view(),
            .heads = shape.heads,
            .first_position = shape.first_position,
            .out = out};
  }

  Shape shape;
  Guarded<float> q;
  Guarded<std::uint16_t> keys;
  Guarded<std::uint16_t> values;
};

void RunAllHeads(AttentionFunction run, const AttentionCall& call) {
  for (int head = 0; head < call.heads.kv; ++head) run(call, {head, 0, call.q.rows});
}

void CompareWithScalar(AttentionFunction run, const Shape& shape, int shift) {
  SCOPED_TRACE(testing::Message() << "T=" << shape.tokens << " first=" << shape.first_position
                                  << " H=" << shape.heads.query << " Hkv=" << shape.heads.kv
                                  << " d=" << shape.width << " shift=" << shift);
  Problem problem(shape, shift);
  const int cols = shape.heads.query * shape.width;
  Guarded<float> expected(shape.tokens, cols), actual(shape.tokens, cols, shift);
  RunAllHeads(AttentionScalar, problem.Call(expected.view()));
  RunAllHeads(run, problem.Call(actual.view()));
  // A score is off by d roundings of sum |q k|, about d, over sqrt(d); shares by as much, relative;
  // the output is a mean of values of size 4 or less over N positions.
  const auto width = static_cast<float>(shape.width);
  const auto positions = static_cast<float>(Problem::Positions(shape));
  const float tolerance = 4.0f * FLT_EPSILON * (2.0f * width * std::sqrt(width) + positions + 8.0f);
  for (int row = 0; row < shape.tokens; ++row) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(cols); ++i) {
      ASSERT_NEAR(actual.view().Row(row)[i], expected.view().Row(row)[i], tolerance)
          << "row=" << row << " i=" << i;
    }
  }
  ASSERT_TRUE(actual.intact());
}

TEST(Attention, VariantsAgreeWithScalar) {
  for (const auto& variant : AttentionVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const int width : {1, 3, 8, 15, 16, 17, 32, 48, 64, 65, 100, 256}) {
      CompareWithScalar(variant.run, {2, 20, {2, 2}, width}, width % 4);
    }
    for (const int tokens : {1, 2, 15, 16, 17, 33}) {
      for (const int first : {0, 1, 14, 15, 16, 17, 40}) {
        CompareWithScalar(variant.run, {tokens, first, {2, 1}, 12}, 1);
      }
    }
    CompareWithScalar(variant.run, {5, 9, {12, 2}, 24}, 0);
  }
}

// One token at a time, and by any team, gives the same bits as all at once.
TEST(Attention, TokensDependNeitherOnOtherTokensNorOnThreads) {
  const Shape shape{37, 21, {6, 3}, 20};
  Problem problem(shape);
  ThreadPool alone(1), team(3);
  Guarded<float> expected(37, 120), threaded(37, 120), single(1, 120);
  Attend(problem.Call(expected.view()), alone);
  Attend(problem.Call(threaded.view()), team);
  for (int row = 0; row < shape.tokens; ++row) {
    AttentionCall call = problem.Call(single.view());
    call.q = call.q.Rows(row, 1);
    call.first_position += row;
    Attend(call, team);
    for (std::size_t i = 0; i < 120; ++i) {
      ASSERT_EQ(threaded.view().Row(row)[i], expected.view().Row(row)[i]) << row << " " << i;
      ASSERT_EQ(single.view().Row(0)[i], expected.view().Row(row)[i]) << row << " " << i;
    }
  }
}

TEST(Attention, OnePositionIsItsValue) {
  Problem problem({1, 0, {1, 1}, 8});
  ThreadPool pool(1);
  Guarded<float> out(1, 8), value(1, 8);
  Attend(problem.Call(out.view()), pool);
  HalfToFloat(problem.values.view().Row(0), value.view().Row(0));
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(out.view().Row(0)[i], value.view().Row(0)[i]);
}

TEST(Attention, NoTokens) {
  Problem problem({0, 4, {2, 1}, 8});
  ThreadPool pool(2);
  Guarded<float> out(0, 16);
  Attend(problem.Call(out.view()), pool);
  EXPECT_TRUE(out.intact());
}

}  // namespace
}  // namespace edgevlm
