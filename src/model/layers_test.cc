#include "model/layers.h"

#include <gtest/gtest.h>

#include <array>
#include <cfloat>
#include <cmath>
#include <string>
#include <vector>

#include "kernels/quantize/quantize.h"
#include "kernels/testing/values.h"
#include "model/testing/batch.h"
#include "model/workspace.h"

namespace edgevlm {
namespace {

constexpr int kInputRows = 3, kInputWidth = 512, kOutputWidth = 20;

// A weight as stored in a file and packed by a loader.
struct StoredAs {
  DType dtype;
  Packing packing;
};

constexpr std::array kStored = {
    StoredAs{DType::kF32, Packing::kExact}, StoredAs{DType::kF16, Packing::kExact},
    StoredAs{DType::kF16, Packing::kInt8},  StoredAs{DType::kBF16, Packing::kBf16Pairs},
    StoredAs{DType::kQ8_0, Packing::kInt8}, StoredAs{DType::kQ4_K, Packing::kBf16Pairs},
};

Linear MakeLinear(const StoredAs& stored) {
  RandomValues random;
  const std::vector<float> values = random.Draw(kOutputWidth * kInputWidth);
  std::vector<std::byte> bytes(*BytesOf(stored.dtype, {kOutputWidth, kInputWidth}));
  Quantize(values, stored.dtype, bytes);
  ThreadPool pool(1);
  Result<Weight> weight = Weight::Pack({stored.dtype, {kOutputWidth, kInputWidth}, bytes},
                                       kOutputWidth, kInputWidth, pool, stored.packing);
  CHECK(weight.ok());
  return {
      .zone = "", .tensor = "", .weight = *std::move(weight), .bias = random.Draw(kOutputWidth)};
}

class LayersTest : public ::testing::TestWithParam<bool> {
 protected:
  LayersTest() {
    for (const StoredAs& stored : kStored) linears_.push_back(MakeLinear(stored));
    RandomValues random;
    x_.values = random.Draw(kInputRows * kInputWidth);
    memory_ = workspace_.Alloc(kInputRows, QuantizedColumns(kInputWidth));
  }

  std::vector<float> Apply(const Linear& linear, Inputs& inputs) {
    Buffer y(kInputRows, kOutputWidth);
    linear.Apply(inputs, Activation::kNone, y.view(), run_);
    return y.values;
  }

  std::vector<float> ApplyAlone(const Linear& linear) {
    Inputs inputs(x_.view(), memory_);
    return Apply(linear, inputs);
  }

  Workspace workspace_;
  ThreadPool pool_{1};
  const edgevlm::Run run_{.pool = pool_, .fast = GetParam()};
  std::vector<Linear> linears_;
  Buffer x_{kInputRows, kInputWidth};
  View<float> memory_;
};

// A rounded activation is off by at most half a quantization step of its block (int8) or 2^-9 of
// itself (bfloat16), the larger of which is half of 1 / 127 of the greatest; the rest is float32.
TEST_P(LayersTest, EachTypeMultipliesTheActivations) {
  float greatest = 0;
  for (const float value : x_.values) greatest = std::max(greatest, std::fabs(value));
  for (const Linear& linear : linears_) {
    SCOPED_TRACE(static_cast<int>(linear.weight.type()));
    const std::vector<float> y = ApplyAlone(linear);
    std::vector<float> w(kInputWidth);
    for (int n = 0; n < kOutputWidth; ++n) {
      linear.weight.CopyRow(n, w);
      for (int t = 0; t < kInputRows; ++t) {
        double sum = linear.bias[static_cast<std::size_t>(n)], magnitude = 0, weights = 0;
        for (int k = 0; k < kInputWidth; ++k) {
          const double weight = w[static_cast<std::size_t>(k)];
          const double product = weight * double{x_.view().Row(t)[static_cast<std::size_t>(k)]};
          sum += product;
          magnitude += std::fabs(product);
          weights += std::fabs(weight);
        }
        const double tolerance =
            weights * double{greatest} / 254 + magnitude * kInputWidth * double{FLT_EPSILON};
        ASSERT_NEAR(y[static_cast<std::size_t>(t * kOutputWidth + n)], sum, tolerance);
      }
    }
  }
}

TEST_P(LayersTest, WhatALayerGivesDoesNotDependOnWhoReadTheInputsBefore) {
  std::vector<std::vector<float>> alone;
  for (const Linear& linear : linears_) alone.push_back(ApplyAlone(linear));
  for (std::size_t a = 0; a < linears_.size(); ++a) {
    for (std::size_t b = 0; b < linears_.size(); ++b) {
      for (std::size_t c = 0; c < linears_.size(); ++c) {
        Inputs inputs(x_.view(), memory_);
        for (const std::size_t i : {a, b, c}) {
          ASSERT_EQ(Apply(linears_[i], inputs), alone[i]) << a << " " << b << " " << c;
        }
      }
    }
  }
}

TEST_P(LayersTest, RoundingForTwoLayersAtOnceChangesNothing) {
  const Norm norm{.zone = "",
                  .gain = std::vector<float>(kInputWidth, 0.5f),
                  .bias = std::vector<float>(kInputWidth, 0.25f),
                  .epsilon = 1e-5f};
  Buffer normed(kInputRows, kInputWidth);
  const View<float> second_memory = workspace_.Alloc(kInputRows, QuantizedColumns(kInputWidth));
  const auto make = [&] { return Inputs(x_.view(), &norm, normed.view(), memory_); };
  std::vector<std::vector<float>> alone;
  for (const Linear& linear : linears_) {
    Inputs inputs = make();
    alone.push_back(Apply(linear, inputs));
  }
  for (std::size_t a = 0; a < linears_.size(); ++a) {
    for (std::size_t b = 0; b < linears_.size(); ++b) {
      Inputs inputs = make();
      inputs.RoundForBoth(linears_[a], linears_[b], second_memory, run_);
      for (const std::size_t i : {a, b, a}) {
        ASSERT_EQ(Apply(linears_[i], inputs), alone[i]) << a << " " << b;
      }
      for (std::size_t c = 0; c < linears_.size(); ++c) {
        ASSERT_EQ(Apply(linears_[c], inputs), alone[c]) << a << " " << b << " " << c;
      }
    }
  }
}

TEST_P(LayersTest, ProductsAreAddedAndMultiplied) {
  for (const Linear& linear : linears_) {
    SCOPED_TRACE(static_cast<int>(linear.weight.type()));
    const std::vector<float> product = ApplyAlone(linear);
    RandomValues random;
    const std::vector<float> before = random.Draw(kInputRows * kOutputWidth);
    Buffer sum(kInputRows, kOutputWidth), scaled(kInputRows, kOutputWidth);
    sum.values = scaled.values = before;
    Inputs inputs(x_.view(), memory_);
    linear.AddTo(inputs, sum.view(), run_);
    linear.MultiplyInto(inputs, scaled.view(), run_);
    for (std::size_t i = 0; i < before.size(); ++i) {
      // One rounding each, or none where it is fused with the bias's.
      const float magnitude = std::fabs(product[i]) + std::fabs(before[i]);
      ASSERT_NEAR(sum.values[i], product[i] + before[i], 4 * FLT_EPSILON * magnitude);
      ASSERT_NEAR(scaled.values[i], product[i] * before[i],
                  4 * FLT_EPSILON * std::fabs(product[i] * before[i]));
    }
  }
}

// With 15 bits of an activation, at most half of 1 / 127^2 of the greatest is lost, summed over the
// inputs; without rounding, the bits are those of Apply.
TEST_P(LayersTest, TwoTermsAreNextToExact) {
  for (const Linear& linear : linears_) {
    SCOPED_TRACE(static_cast<int>(linear.weight.type()));
    Buffer y(kInputRows, kOutputWidth);
    linear.ApplyInTwoTerms(x_.view(), y.view(), workspace_, run_);
    std::vector<float> w(kInputWidth);
    for (int t = 0; t < kInputRows; ++t) {
      const std::span<const float> x = x_.view().Row(t);
      float greatest = 0;
      for (const float value : x) greatest = std::max(greatest, std::fabs(value));
      for (int n = 0; n < kOutputWidth; ++n) {
        linear.weight.CopyRow(n, w);
        double sum = linear.bias[static_cast<std::size_t>(n)], weights = 0;
        for (std::size_t k = 0; k < w.size(); ++k) {
          sum += double{x[k]} * w[k];
          weights += std::fabs(w[k]);
        }
        const bool is_bf16 = linear.weight.type() == WeightType::kBf16Pairs;
        // The root of 64 for rotating back.
        const double step = is_bf16 ? 1.0 / 256 : 8 * 0.5 / (127 * 127);
        ASSERT_NEAR(y.view().Row(t)[static_cast<std::size_t>(n)], sum,
                    (step + kInputWidth * FLT_EPSILON) * greatest * weights);
      }
    }
  }
}

// The zones in a profile: rounding once for all layers that round alike, and again for another.
TEST_P(LayersTest, ActivationsAreRoundedOncePerForm) {
  Profiler profiler;
  const edgevlm::Run run{.pool = pool_, .profiler = &profiler, .fast = true};
  Inputs inputs(x_.view(), memory_);
  Buffer y(kInputRows, kOutputWidth);
  // An int8 panel, 8-bit blocks, float32, bfloat16 and 4-bit blocks.
  for (const std::size_t i : {2u, 2u, 4u, 4u, 0u, 4u, 3u, 3u, 5u}) {
    linears_[i].Apply(inputs, Activation::kNone, y.view(), run);
  }
  std::int64_t roundings = 0;
  for (const Profiler::Zone& zone : profiler.zones()) {
    if (zone.name == "quantize") roundings += zone.calls;
  }
  EXPECT_EQ(roundings, 3 + 1) << "three to int8, one to bfloat16";
}

INSTANTIATE_TEST_SUITE_P(All, LayersTest, ::testing::Bool(), [](const auto& info) {
  return info.param ? std::string("Fast") : std::string("Float32");
});

}  // namespace
}  // namespace edgevlm
