#include "kernels/matmul/float32/float32_matmul.h"

#include <gtest/gtest.h>

#include <array>
#include <cfloat>
#include <cmath>

#include "kernels/testing/values.h"
#include "tensor/testing/blocks.h"

namespace edgevlm {
namespace {

// x [T, K], w [N, K], and their tolerances.
struct Problem {
  Problem(int t, int n, int k, int shift)
      : x(t, k, shift), bias(1, n), factor(t, n, shift), residual(t, n, shift) {
    RandomValues random;
    x.Fill(random.Draw(t * k));
    values = random.Draw(n * k);
    bias.Fill(random.Draw(n));
    factor.Fill(random.Draw(t * n));
    residual.Fill(random.Draw(t * n));
    w = Weight(View<const float>(values.data(), n, k));
  }

  // K * FLT_EPSILON * sum_k |x * w|: every order of adding, fused or not, stays inside; plus what
  // adding bias and residual rounds off. Activations here have a slope of at most 1.2.
  float Tolerance(int row, int output) {
    const float times = 1.0f + std::fabs(factor.view().Row(row)[static_cast<std::size_t>(output)]);
    const int k_count = w.inputs();
    float sum = std::fabs(bias.view().data[output]) + 1.0f;
    for (int k = 0; k < k_count; ++k) {
      sum += std::fabs(x.view().Row(row)[static_cast<std::size_t>(k)] *
                       values[static_cast<std::size_t>(output * k_count + k)]);
    }
    sum += std::fabs(residual.view().Row(row)[static_cast<std::size_t>(output)]);
    return 1.2f * times * static_cast<float>(k_count + 8) * FLT_EPSILON * sum;
  }

  Guarded<float> x;
  Guarded<float> bias;
  Guarded<float> factor;
  Guarded<float> residual;
  std::vector<float> values;
  Weight w;
};

void CompareWithScalar(Float32MatMulFunction run, int t, int n, int k, int shift) {
  SCOPED_TRACE(testing::Message() << "T=" << t << " N=" << n << " K=" << k << " shift=" << shift);
  Problem problem(t, n, k, shift);
  for (const bool fused : {false, true}) {
    Epilogue epilogue;
    if (fused) {
      epilogue = {.bias = problem.bias.view().Row(0),
                  .activation = Activation::kGelu,
                  .factor = problem.factor.view(),
                  .residual = problem.residual.view()};
    }
    Guarded<float> expected(t, n), actual(t, n, shift);
    const MatMulPart all{0, t, 0, problem.w.panels()};
    Float32MatMulScalar({problem.x.view(), problem.w, epilogue, expected.view()}, all);
    run({problem.x.view(), problem.w, epilogue, actual.view()}, all);
    for (int row = 0; row < t; ++row) {
      for (int i = 0; i < n; ++i) {
        const auto column = static_cast<std::size_t>(i);
        ASSERT_NEAR(actual.view().Row(row)[column], expected.view().Row(row)[column],
                    problem.Tolerance(row, i))
            << "row=" << row << " output=" << i;
      }
    }
    ASSERT_TRUE(actual.intact());
  }
}

TEST(Float32MatMul, VariantsAgreeWithScalarAtAllSizes) {
  for (const auto& variant : Float32MatMulVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const int t : {0, 1, 2, 3, 4, 5, 6, 7, 12, 13}) {
      for (const int n : {1, 3, 15, 16, 17, 24, 33, 63, 64, 65, 127, 129, 200}) {
        for (const int k : {1, 2, 7, 33}) CompareWithScalar(variant.run, t, n, k, (t + n + k) % 4);
      }
    }
    CompareWithScalar(variant.run, 5, 40, 300, 1);
    CompareWithScalar(variant.run, 1, 300, 1152, 0);
  }
}

// For every format, w gives the same bits as a float32 weight with its values, however rows and
// panels fall into tiles and passes.
TEST(Float32MatMul, EveryFormatGivesTheBitsOfItsValues) {
  ThreadPool pool(1);
  for (const DTypeInfo& info : DTypes()) {
    for (const auto& [t, n, k] : {std::array{1, 300, 512},
                                  {2, 33, 256},
                                  {5, 70, 768},
                                  {13, 130, 256},
                                  {97, 18, 512},
                                  {1, 2100, 256},
                                  {3, 2100, 256},
                                  {8, 2100, 256}}) {
      // Only 16-bit panels need a matrix as large as this.
      if (n * k > Weight::kMaxWidenedValues && info.block_values > 1) continue;
      SCOPED_TRACE(testing::Message() << info.name << " T=" << t << " N=" << n << " K=" << k);
      Problem problem(t, n, k, 1);
      const auto bytes = info.block_values > 1 ? RandomStored(info.dtype, n * k)
                                               : *FromFloats(problem.values, info.dtype);
      const TensorView stored{info.dtype, {n, k}, bytes};
      const Result<Weight> packed = Weight::Pack(stored, n, k, pool);
      ASSERT_TRUE(packed);
      const std::vector<float> values = *ToFloats(stored);
      const Weight floats(View<const float>(values.data(), n, k));
      const Epilogue epilogue{.bias = problem.bias.view().Row(0)};
      for (const auto& variant : Float32MatMulVariants()) {
        if (!Includes(BestIsa(), variant.needs)) continue;
        if (variant.needs == Isa::kScalar && t * n * k > 20000) continue;  // for time
        SCOPED_TRACE(IsaName(variant.needs));
        Guarded<float> expected(t, n), actual(t, n);
        const MatMulPart all{0, t, 0, floats.panels()};
        variant.run({problem.x.view(), floats, epilogue, expected.view()}, all);
        variant.run({problem.x.view(), *packed, epilogue, actual.view()}, all);
        for (int row = 0; row < t; ++row) {
          for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
            ASSERT_EQ(actual.view().Row(row)[i], expected.view().Row(row)[i]) << row << " " << i;
          }
        }
        ASSERT_TRUE(actual.intact());
      }
    }
  }
}

// Prefill, decoding and drafts generate the same tokens because rows have the same bits.
TEST(Float32MatMul, RowsDependNeitherOnOtherRowsNorOnThreads) {
  constexpr int kRows = 131;
  Problem problem(kRows, 270, 96, 0);
  const Epilogue epilogue{.bias = problem.bias.view().Row(0),
                          .activation = Activation::kGelu,
                          .factor = problem.factor.view(),
                          .residual = problem.residual.view()};
  ThreadPool alone(1), several(3);
  Guarded<float> expected(kRows, 270), threaded(kRows, 270), single(1, 270);
  MatMul(problem.x.view(), problem.w, epilogue, expected.view(), alone);
  MatMul(problem.x.view(), problem.w, epilogue, threaded.view(), several);
  for (int row = 0; row < kRows; ++row) {
    Epilogue own = epilogue;
    own.factor = problem.factor.view().Rows(row, 1);
    own.residual = problem.residual.view().Rows(row, 1);
    MatMul(problem.x.view().Rows(row, 1), problem.w, own, single.view(), several);
    for (std::size_t i = 0; i < 270; ++i) {
      ASSERT_EQ(threaded.view().Row(row)[i], expected.view().Row(row)[i]) << row << " " << i;
      ASSERT_EQ(single.view().Row(0)[i], expected.view().Row(row)[i]) << row << " " << i;
    }
  }
}

TEST(Float32MatMul, SplitsManyRowsOfFewOutputs) {
  constexpr int kRows = 3000;
  Problem problem(kRows, 16, 27, 0);
  ThreadPool alone(1), several(4);
  Guarded<float> expected(kRows, 16), actual(kRows, 16);
  MatMul(problem.x.view(), problem.w, {}, expected.view(), alone);
  MatMul(problem.x.view(), problem.w, {}, actual.view(), several);
  for (int row = 0; row < kRows; ++row) {
    for (std::size_t i = 0; i < 16; ++i) {
      ASSERT_EQ(actual.view().Row(row)[i], expected.view().Row(row)[i]) << row;
    }
  }
  EXPECT_TRUE(actual.intact());
}

TEST(Float32MatMul, AddsToItsResidualInPlace) {
  Problem problem(4, 20, 8, 0);
  ThreadPool pool(2);
  Guarded<float> expected(4, 20);
  MatMul(problem.x.view(), problem.w, {.residual = problem.residual.view()}, expected.view(), pool);
  const View<float> y = problem.residual.view();
  MatMul(problem.x.view(), problem.w, {.residual = y}, y, pool);
  for (int row = 0; row < 4; ++row) {
    for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(y.Row(row)[i], expected.view().Row(row)[i]);
  }
}

TEST(Float32MatMul, MultipliesItsFactorInPlace) {
  Problem problem(4, 20, 8, 0);
  ThreadPool pool(2);
  Guarded<float> expected(4, 20);
  MatMul(problem.x.view(), problem.w, {}, expected.view(), pool);
  const View<float> y = problem.factor.view();
  for (int row = 0; row < 4; ++row) {
    for (std::size_t i = 0; i < 20; ++i) expected.view().Row(row)[i] *= y.Row(row)[i];
  }
  MatMul(problem.x.view(), problem.w, {.factor = y}, y, pool);
  for (int row = 0; row < 4; ++row) {
    for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(y.Row(row)[i], expected.view().Row(row)[i]);
  }
}

}  // namespace
}  // namespace edgevlm
