#include "kernels/layer_norm/layer_norm.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>

#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

void CompareWithScalar(LayerNormRow run, int n, int shift) {
  RandomValues random;
  Guarded<float> x(1, n, shift), gain(1, n, shift), bias(1, n, shift);
  x.Fill(random.Draw(n));
  gain.Fill(random.Draw(n));
  bias.Fill(random.Draw(n));
  Guarded<float> expected(1, n), actual(1, n, shift);
  LayerNormRowScalar(x.view().data, gain.view().data, bias.view().data, 1e-5f, expected.view().data,
                     n);
  run(x.view().data, gain.view().data, bias.view().data, 1e-5f, actual.view().data, n);
  for (int i = 0; i < n; ++i) {
    // Mean and variance are off by at most n roundings of values of size 4 or less, the variance is
    // above 1e-5, and one value alone is exactly its mean.
    const float scaled =
        std::fabs(gain.view().data[i] * 4.0f) + std::fabs(bias.view().data[i]) + 1.0f;
    EXPECT_NEAR(actual.view().data[i], expected.view().data[i],
                4.0f * static_cast<float>(n + 4) * FLT_EPSILON * scaled)
        << "n=" << n << " shift=" << shift << " i=" << i;
  }
  EXPECT_TRUE(actual.intact()) << "n=" << n << " shift=" << shift;
}

TEST(LayerNorm, VariantsAgreeWithScalar) {
  for (const auto& variant : LayerNormVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const int n : kTestLengths) {
      for (const int shift : kTestShifts) CompareWithScalar(variant.run, n, shift);
    }
  }
}

TEST(LayerNorm, KnownValues) {
  std::vector<float> x = {1.0f, 3.0f, 1.0f, 3.0f, 5.0f, 5.0f, 5.0f, 5.0f};
  const std::vector<float> gain = {1.0f, 1.0f, 2.0f, 1.0f}, bias = {0.0f, 10.0f, 0.0f, 0.0f};
  const View<float> rows(x.data(), 2, 4);
  ThreadPool pool(2);
  LayerNorm(rows, gain, bias, 0.0001f, rows, pool);  // in place
  EXPECT_NEAR(x[0], -1.0f, 1e-4);
  EXPECT_NEAR(x[1], 11.0f, 1e-4);
  EXPECT_NEAR(x[2], -2.0f, 2e-4);
  EXPECT_EQ(x[4], 0.0f);  // no variance
  EXPECT_EQ(x[5], 10.0f);
}

TEST(LayerNorm, ThreadsChangeNoBit) {
  constexpr int kRows = 200, kCols = 384;
  RandomValues random;
  const std::vector<float> x = random.Draw(kRows * kCols);
  const std::vector<float> gain = random.Draw(kCols), bias = random.Draw(kCols);
  ThreadPool one(1), three(3);
  std::vector<float> expected(x.size()), actual(x.size());
  const View<const float> rows(x.data(), kRows, kCols);
  LayerNorm(rows, gain, bias, 1e-5f, View<float>(expected.data(), kRows, kCols), one);
  LayerNorm(rows, gain, bias, 1e-5f, View<float>(actual.data(), kRows, kCols), three);
  EXPECT_EQ(actual, expected);
}

}  // namespace
}  // namespace edgevlm
