#include "kernels/argmax/argmax.h"

#include <gtest/gtest.h>

#include <limits>

#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

TEST(ArgMax, VariantsFindTheFirstGreatestAnywhere) {
  RandomValues random;
  for (const auto& variant : ArgMaxVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const int n : kTestLengths) {
      for (const int shift : kTestShifts) {
        Guarded<float> x(1, n, shift);  // the guards are greater than every value
        x.Fill(random.Draw(n));
        for (int i = n - 1; i >= 0; --i) {
          x.view().data[i] = 20.0f;  // now at every index from i on
          EXPECT_EQ(variant.run(x.view().data, n), i) << "n=" << n << " shift=" << shift;
        }
      }
    }
  }
}

TEST(ArgMax, InfinitiesAndNegatives) {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const auto& variant : ArgMaxVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    std::vector<float> x(37, -infinity);
    EXPECT_EQ(variant.run(x.data(), 37), 0);
    x[35] = -5.0f;
    EXPECT_EQ(variant.run(x.data(), 37), 35);
    x[20] = infinity;
    EXPECT_EQ(variant.run(x.data(), 37), 20);
  }
  EXPECT_EQ(ArgMax(std::vector<float>{-3.0f, -1.0f, -2.0f}), 1);
}

}  // namespace
}  // namespace edgevlm
