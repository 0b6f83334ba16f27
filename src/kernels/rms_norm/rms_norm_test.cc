#include "kernels/rms_norm/rms_norm.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>

#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

void CompareWithScalar(RmsNormRow run, int n, int shift) {
  RandomValues random;
  Guarded<float> x(1, n, shift), gain(1, n, shift);
  x.Fill(random.Draw(n));
  gain.Fill(random.Draw(n));
  Guarded<float> expected(1, n), actual(1, n, shift);
  RmsNormRowScalar(x.view().data, gain.view().data, 1e-6f, expected.view().data, n);
  run(x.view().data, gain.view().data, 1e-6f, actual.view().data, n);
  for (int i = 0; i < n; ++i) {
    // Squares have one sign, so either sum is off by at most n roundings, its root by half of that;
    // four more roundings make the result.
    const float tolerance =
        2.0f * static_cast<float>(n + 4) * FLT_EPSILON * std::fabs(expected.view().data[i]);
    EXPECT_NEAR(actual.view().data[i], expected.view().data[i], tolerance)
        << "n=" << n << " shift=" << shift << " i=" << i;
  }
  EXPECT_TRUE(actual.intact()) << "n=" << n << " shift=" << shift;
}

TEST(RmsNorm, VariantsAgreeWithScalar) {
  for (const auto& variant : RmsNormVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const int n : kTestLengths) {
      for (const int shift : kTestShifts) CompareWithScalar(variant.run, n, shift);
    }
  }
}

TEST(RmsNorm, KnownValues) {
  std::vector<float> x = {3.0f, -4.0f, 0.0f, 0.0f, 0.0f, 0.0f};
  const std::vector<float> gain = {1.0f, 10.0f, 7.0f};
  const View<float> rows(x.data(), 2, 3);
  ThreadPool pool(1);
  RmsNorm(rows, gain, 1e-12f, rows, pool);  // in place
  EXPECT_NEAR(x[0], 3.0 / std::sqrt(25.0 / 3), 1e-6);
  EXPECT_NEAR(x[1], -40.0 / std::sqrt(25.0 / 3), 1e-5);
  for (std::size_t i = 2; i < 6; ++i) EXPECT_EQ(x[i], 0.0f);  // a row of zeros stays one
}

TEST(RmsNorm, SameBitsForAnyNumberOfRowsAndThreads) {
  constexpr int kRows = 70, kCols = 1030;  // several chunks of 2^14 values
  RandomValues random;
  std::vector<float> x = random.Draw(kRows * kCols), together(x.size()), alone(x.size());
  const std::vector<float> gain = random.Draw(kCols);
  ThreadPool one(1), several(3);
  const View<float> in(x.data(), kRows, kCols), out(alone.data(), kRows, kCols);
  RmsNorm(in, gain, 1e-5f, View<float>(together.data(), kRows, kCols), several);
  for (int t = 0; t < kRows; ++t) RmsNorm(in.Rows(t, 1), gain, 1e-5f, out.Rows(t, 1), one);
  EXPECT_EQ(together, alone);
}

}  // namespace
}  // namespace edgevlm
