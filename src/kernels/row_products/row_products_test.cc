#include "kernels/row_products/row_products.h"

#include <gtest/gtest.h>

#include <cfloat>

#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

struct Problem {
  Problem(int rows, int cols, int width, int shift)
      : a(rows, width, shift), b(cols, width, shift), y(rows, cols, shift) {
    RandomValues random;
    a.Fill(random.Draw(rows * width));
    b.Fill(random.Draw(cols * width));
  }

  Guarded<float> a;
  Guarded<float> b;
  Guarded<float> y;
};

// Sums of `width` products of size 1, in different orders.
float Tolerance(int width) {
  const auto terms = static_cast<float>(width);
  return 4.0f * FLT_EPSILON * terms * std::max(4.0f, terms);
}

TEST(RowProducts, VariantsAgreeWithScalar) {
  for (const auto& variant : RowProductsVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const int width : kTestLengths) {
      for (const int rows : {0, 1, 3, 4, 5, 9}) {
        for (const int cols : {1, 2, 3, 6}) {
          Problem problem(rows, cols, width, width % 4);
          Guarded<float> expected(rows, cols);
          RowProductsScalar(problem.a.view(), problem.b.view(), expected.view());
          variant.run(problem.a.view(), problem.b.view(), problem.y.view());
          ASSERT_TRUE(problem.y.intact());
          for (int i = 0; i < rows; ++i) {
            for (int j = 0; j < cols; ++j) {
              ASSERT_NEAR(problem.y.view().Row(i).data()[j], expected.view().Row(i).data()[j],
                          Tolerance(width))
                  << rows << " x " << cols << " x " << width << " at " << i << ", " << j
                  << " seed=" << RandomValues::kSeed;
            }
          }
        }
      }
    }
  }
}

TEST(RowProducts, AValueDependsOnNoOtherRows) {
  for (const auto& variant : RowProductsVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    Problem problem(7, 5, 37, 1);
    variant.run(problem.a.view(), problem.b.view(), problem.y.view());
    for (int i = 0; i < 7; ++i) {
      for (int j = 0; j < 5; ++j) {
        float alone = 0;
        variant.run(problem.a.view().Rows(i, 1), problem.b.view().Rows(j, 1), {&alone, 1, 1});
        EXPECT_EQ(problem.y.view().Row(i).data()[j], alone);
      }
    }
  }
}

}  // namespace
}  // namespace edgevlm
