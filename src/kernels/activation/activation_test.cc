#include "kernels/activation/activation.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>

#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

constexpr std::array kActivations = {
    Activation::kNone, Activation::kGelu, Activation::kGeluErf,   Activation::kQuickGelu,
    Activation::kSilu, Activation::kRelu, Activation::kHardSwish, Activation::kHardSigmoid};

bool HasExp(Activation activation) {
  return activation == Activation::kGelu || activation == Activation::kGeluErf ||
         activation == Activation::kQuickGelu || activation == Activation::kSilu;
}

void CompareWithScalar(ActivationRow run, Activation activation, int n, int shift) {
  RandomValues random;
  Guarded<float> x(1, n, shift), bias(1, n, shift), factor(1, n, shift), residual(1, n, shift);
  std::vector<float> values = random.Draw(n);
  for (float& value : values) value *= 4.0f;
  x.Fill(values);
  for (Guarded<float>* row : {&bias, &factor, &residual}) row->Fill(random.Draw(n));
  const float *b = bias.view().data, *f = factor.view().data, *r = residual.view().data;
  const RowEpilogue ends[] = {{.activation = activation},
                              {.activation = activation, .factor = f},
                              {.activation = activation, .residual = r},
                              {.bias = b, .activation = activation, .factor = f, .residual = r}};
  for (const RowEpilogue& end : ends) {
    Guarded<float> expected(1, n), actual(1, n, shift);
    ActivationRowScalar(x.view().data, end, expected.view().data, n);
    run(x.view().data, end, actual.view().data, n);
    for (int i = 0; i < n; ++i) {
      const float input =
          std::fabs(x.view().data[i]) + (end.bias != nullptr ? std::fabs(b[i]) : 0.0f);
      const float size = end.factor != nullptr ? std::fabs(f[i]) : 1.0f;
      const float rest = end.residual != nullptr ? std::fabs(r[i]) : 0.0f;
      const float rounding = HasExp(activation) ? 8.0f : 2.0f;
      EXPECT_NEAR(actual.view().data[i], expected.view().data[i],
                  rounding * FLT_EPSILON * ((input + 1.0f) * size + rest))
          << "n=" << n << " shift=" << shift << " i=" << i;
    }
    EXPECT_TRUE(actual.intact()) << "n=" << n << " shift=" << shift;
  }
}

TEST(Activation, VariantsAgreeWithScalar) {
  for (const auto& variant : ActivationVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const Activation activation : kActivations) {
      SCOPED_TRACE(static_cast<int>(activation));
      for (const int n : kTestLengths) {
        for (const int shift : kTestShifts) CompareWithScalar(variant.run, activation, n, shift);
      }
    }
  }
}

TEST(Activation, HoldsOverTheWholeRange) {
  std::vector<float> x;
  for (float value = -200.0f; value < 200.0f; value += 0.037f) x.push_back(value);
  x.insert(x.end(), {-FLT_MAX, FLT_MAX, -1e20f, 1e20f, FLT_MIN, 0.0f});
  const int n = static_cast<int>(x.size());
  std::vector<float> expected(x.size()), actual(x.size());
  for (const auto& variant : ActivationVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const Activation activation : {Activation::kRelu, Activation::kHardSigmoid}) {
      ActivationRowScalar(x.data(), {.activation = activation}, expected.data(), n);
      variant.run(x.data(), {.activation = activation}, actual.data(), n);
      for (std::size_t i = 0; i < x.size(); ++i) {
        EXPECT_NEAR(actual[i], expected[i], 2.0f * FLT_EPSILON) << "x=" << x[i];
      }
    }
    for (const Activation activation : kActivations) {
      if (!HasExp(activation)) continue;
      variant.run(x.data(), {.activation = activation}, actual.data(), n);
      ActivationRowScalar(x.data(), {.activation = activation}, expected.data(), n);
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (std::fabs(x[i]) > 1e10f) continue;  // the cube overflows; both give x or 0
        EXPECT_NEAR(actual[i], expected[i], 8.0f * FLT_EPSILON * (std::fabs(x[i]) + 1.0f))
            << "x=" << x[i];
      }
    }
  }
}

TEST(Activation, KnownValues) {
  std::vector<float> x = {-4.0f, -1.0f, 0.0f, 1.0f, 4.0f}, y(5);
  const auto run = [&](Activation activation) {
    Activate(View<const float>(x.data(), 1, 5), activation, View<float>(y.data(), 1, 5));
  };
  run(Activation::kHardSwish);
  EXPECT_FLOAT_EQ(y[0], 0.0f);
  EXPECT_FLOAT_EQ(y[1], -1.0f / 3.0f);
  EXPECT_FLOAT_EQ(y[3], 2.0f / 3.0f);
  EXPECT_FLOAT_EQ(y[4], 4.0f);
  run(Activation::kGelu);
  EXPECT_NEAR(y[1], -0.158808, 1e-6);
  EXPECT_NEAR(y[3], 0.841192, 1e-6);
  EXPECT_EQ(y[2], 0.0f);
  run(Activation::kGeluErf);
  EXPECT_NEAR(y[1], -0.158655, 1e-6);
  EXPECT_NEAR(y[3], 0.841345, 1e-6);
  EXPECT_EQ(y[2], 0.0f);
  run(Activation::kQuickGelu);
  EXPECT_NEAR(y[1], -0.154204, 1e-6);
  EXPECT_NEAR(y[3], 0.845796, 1e-6);
  run(Activation::kSilu);
  EXPECT_NEAR(y[1], -0.268941, 1e-6);
  EXPECT_NEAR(y[3], 0.731059, 1e-6);
}

}  // namespace
}  // namespace edgevlm
