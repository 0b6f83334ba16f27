#include "kernels/matmul/bf16/bf16_matmul.h"

#include <gtest/gtest.h>

#include <array>
#include <cfloat>
#include <cmath>
#include <limits>

#include "kernels/testing/values.h"
#include "tensor/half.h"

namespace edgevlm {
namespace {

// Activations [T, K] as pairs, in memory of their own.
struct Rows {
  Rows(const std::vector<float>& x, int t, int k)
      : memory(static_cast<std::size_t>(t * Bf16Rows::Columns(k))),
        rows(View<float>(memory.data(), t, Bf16Rows::Columns(k)), k) {
    for (int row = 0; row < t; ++row) RoundRowToBf16Scalar(x.data() + row * k, rows, row);
  }

  float Value(int t, int k) const {
    const std::uint32_t pair = rows.Pairs(t)[k / 2];
    return BFloat16ToFloat(static_cast<std::uint16_t>(k % 2 == 0 ? pair : pair >> 16));
  }

  std::vector<float> memory;
  Bf16Rows rows;
};

Weight PackBf16(const std::vector<float>& values, int n, int k) {
  ThreadPool pool(1);
  const auto bytes = FromFloats(values, DType::kF32);
  Result<Weight> weight =
      Weight::Pack({DType::kF32, {n, k}, *bytes}, n, k, pool, Packing::kBf16Pairs);
  CHECK(weight.ok() && weight->type() == WeightType::kBf16Pairs);
  return *std::move(weight);
}

TEST(Bf16Rows, VariantsRoundToTheNearest) {
  RandomValues random;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const int k : {1, 2, 3, 15, 16, 31, 32, 33, 64, 65, 200}) {
    std::vector<float> x = random.Draw(k);
    const std::array strange = {0.0f,   kInfinity,   -kInfinity, std::nanf(""), 3.4e38f,
                                1e-40f, 1.00390625f, 1.01171875f};  // the last two are ties
    for (std::size_t i = 0; i < x.size(); i += 3) x[i] = strange[i / 3 % strange.size()];
    const Rows expected(x, 1, k);
    for (int i = 0; i < k; ++i) {
      const float wanted = BFloat16ToFloat(FloatToBFloat16(x[static_cast<std::size_t>(i)]));
      if (!std::isnan(wanted)) {
        EXPECT_EQ(expected.Value(0, i), wanted);
      }
    }
    for (const auto& variant : RoundRowToBf16Variants()) {
      if (!Includes(BestIsa(), variant.needs)) continue;
      const Rows actual(std::vector<float>(static_cast<std::size_t>(k)), 1, k);
      variant.run(x.data(), actual.rows, 0);
      for (int i = 0; i < actual.rows.pairs(); ++i) {
        ASSERT_EQ(actual.rows.Pairs(0)[i], expected.rows.Pairs(0)[i])
            << IsaName(variant.needs) << " K=" << k << " pair " << i;
      }
    }
  }
}

// All variants against sums in float64 of the rounded values.
TEST(Bf16MatMul, VariantsAreTheProductOfTheValues) {
  for (const auto& [t, n, k] : {std::array{1, 100, 64},
                                {1, 17, 33},
                                {2, 40, 7},
                                {3, 64, 256},
                                {4, 65, 300},
                                {5, 16, 2},
                                {6, 33, 1},
                                {13, 130, 590},
                                {197, 5, 32},
                                {0, 20, 8}}) {
    SCOPED_TRACE(testing::Message() << "T=" << t << " N=" << n << " K=" << k);
    RandomValues random;
    const Rows x(random.Draw(t * k), t, k);
    const Weight w = PackBf16(random.Draw(n * k), n, k);
    const std::vector<float> bias = random.Draw(n);
    std::vector<float> row(static_cast<std::size_t>(k));
    for (const auto& variant : Bf16MatMulVariants()) {
      if (!Includes(BestIsa(), variant.needs)) continue;
      SCOPED_TRACE(IsaName(variant.needs));
      Guarded<float> y(t, n);
      const Epilogue epilogue{.bias = bias};
      variant.run({x.rows, w, epilogue, y.view()}, {0, t, 0, w.panels()});
      ASSERT_TRUE(y.intact());
      for (int i = 0; i < n; ++i) {
        w.CopyRow(i, row);
        for (int r = 0; r < t; ++r) {
          double sum = bias[static_cast<std::size_t>(i)], magnitude = std::fabs(sum);
          for (int j = 0; j < k; ++j) {
            const double product = double{x.Value(r, j)} * double{row[static_cast<std::size_t>(j)]};
            sum += product;
            magnitude += std::fabs(product);
          }
          ASSERT_NEAR(y.view().Row(r)[static_cast<std::size_t>(i)], sum,
                      double{FLT_EPSILON} * (k + 2) * magnitude)
              << r << " " << i;
        }
      }
    }
  }
}

TEST(Bf16MatMul, RowsDependNeitherOnOtherRowsNorOnThreads) {
  constexpr int kRows = 250, kInputs = 300, kOutputs = 180;
  RandomValues random;
  const std::vector<float> x = random.Draw(kRows * kInputs);
  const Weight w = PackBf16(random.Draw(kOutputs * kInputs), kOutputs, kInputs);
  const Rows rows(x, kRows, kInputs);
  ThreadPool alone(1), several(3);
  Guarded<float> expected(kRows, kOutputs), threaded(kRows, kOutputs), single(1, kOutputs);
  MatMul(rows.rows, w, {}, expected.view(), alone);
  MatMul(rows.rows, w, {}, threaded.view(), several);
  for (int row = 0; row < kRows; ++row) {
    const Rows own({x.begin() + row * kInputs, x.begin() + (row + 1) * kInputs}, 1, kInputs);
    MatMul(own.rows, w, {}, single.view(), several);
    for (std::size_t i = 0; i < kOutputs; ++i) {
      ASSERT_EQ(threaded.view().Row(row)[i], expected.view().Row(row)[i]) << row << " " << i;
      ASSERT_EQ(single.view().Row(0)[i], expected.view().Row(row)[i]) << row << " " << i;
    }
  }
}

}  // namespace
}  // namespace edgevlm
