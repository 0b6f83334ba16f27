#include "kernels/softmax/softmax.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>
#include <limits>

#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

void CompareWithScalar(SoftmaxRow run, int n, int shift) {
  RandomValues random;
  Guarded<float> x(1, n, shift), expected(1, n), actual(1, n, shift);
  std::vector<float> values = random.Draw(n);
  for (float& value : values) value *= 10.0f;
  if (n > 2) values[1] = -std::numeric_limits<float>::infinity();
  x.Fill(values);
  SoftmaxRowScalar(x.view().data, expected.view().data, n);
  run(x.view().data, actual.view().data, n);
  for (int i = 0; i < n; ++i) {
    const float tolerance = static_cast<float>(n + 8) * FLT_EPSILON * expected.view().data[i];
    EXPECT_NEAR(actual.view().data[i], expected.view().data[i], tolerance)
        << "n=" << n << " shift=" << shift << " i=" << i;
  }
  EXPECT_TRUE(actual.intact()) << "n=" << n << " shift=" << shift;
}

TEST(Softmax, VariantsAgreeWithScalar) {
  for (const auto& variant : SoftmaxVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const int n : kTestLengths) {
      for (const int shift : kTestShifts) CompareWithScalar(variant.run, n, shift);
    }
  }
}

TEST(Softmax, LargeScoresDoNotOverflow) {
  std::vector<float> x = {3e38f, 3e38f, -3e38f};
  Softmax(x, x);
  EXPECT_FLOAT_EQ(x[0], 0.5f);
  EXPECT_FLOAT_EQ(x[1], 0.5f);
  EXPECT_EQ(x[2], 0.0f);
}

TEST(LogSumExp, VariantsAgreeWithScalar) {
  for (const auto& variant : LogSumExpVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const int n : kTestLengths) {
      if (n == 0) continue;
      RandomValues random;
      std::vector<float> x = random.Draw(n);
      for (float& value : x) value *= 10.0f;
      if (n > 2) x[1] = -std::numeric_limits<float>::infinity();
      const LogSumExp expected = LogSumExpScalar(x.data(), n), actual = variant.run(x.data(), n);
      EXPECT_EQ(actual.greatest, expected.greatest) << "n=" << n;
      EXPECT_NEAR(actual.rest, expected.rest, static_cast<float>(n + 8) * FLT_EPSILON) << "n=" << n;
    }
  }
}

TEST(LogSumExp, OfEqualScoresIsTheirNumber) {
  const std::vector<float> x(50'000, 3e38f);
  const LogSumExp sum = ComputeLogSumExp(x);
  EXPECT_EQ(sum.greatest, 3e38f);
  EXPECT_NEAR(sum.rest, std::log(50'000.0), 1e-3);
}

TEST(LogSumExp, OfNothingPossibleIsMinusInfinity) {
  const std::vector<float> x(5, -std::numeric_limits<float>::infinity());
  for (const auto& variant : LogSumExpVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    EXPECT_EQ(variant.run(x.data(), 5).greatest, x[0]);
    EXPECT_EQ(variant.run(x.data(), 5).rest, 0.0f);
  }
}

TEST(Softmax, NothingToDo) { Softmax({}, {}); }

}  // namespace
}  // namespace edgevlm
