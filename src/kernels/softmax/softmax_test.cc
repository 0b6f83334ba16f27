#include "kernels/softmax/softmax.h"

#include <gtest/gtest.h>

#include <cfloat>
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

TEST(Softmax, NothingToDo) { Softmax({}, {}); }

}  // namespace
}  // namespace edgevlm
