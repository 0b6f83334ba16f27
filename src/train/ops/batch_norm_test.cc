#include "train/ops/batch_norm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "train/ops/norm_loops.h"
#include "train/testing/tensors.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

torch::nn::BatchNorm2d RandomNorm(int channels) {
  torch::nn::BatchNorm2d norm(torch::nn::BatchNorm2dOptions(channels).momentum(0.02));
  const torch::NoGradGuard no_grad;
  norm->weight.normal_(1.0, 0.3);
  norm->bias.normal_();
  return norm;
}

torch::Tensor Activated(const torch::Tensor& z, Activation activation) {
  if (activation == Activation::kRelu) return torch::relu(z);
  if (activation == Activation::kHardSwish) return torch::hardswish(z);
  return z;
}

// The largest distance of a channel's first value from its mean, in deviations.
double LargestShift(const torch::Tensor& x) {
  const torch::Tensor columns = x.detach().permute({1, 0, 2, 3}).flatten(1);
  const auto [deviation, mean] = torch::std_mean(columns, 1, false);
  return ((columns.select(1, 0) - mean) / deviation).abs().max().item<double>();
}

// Against the modules in float64. mean: of x, in deviations; it is lost in x's own rounding.
void ExpectSame(std::vector<std::int64_t> shape, Activation activation, double mean) {
  torch::nn::BatchNorm2d norm = RandomNorm(static_cast<int>(shape[1]));
  torch::nn::BatchNorm2d exact = RandomNorm(static_cast<int>(shape[1]));
  {
    const torch::NoGradGuard no_grad;
    exact->weight.copy_(norm->weight);
    exact->bias.copy_(norm->bias);
  }
  exact->to(torch::kDouble);
  const torch::Tensor x = (torch::randn(shape) + mean).contiguous(kChannelsLast).requires_grad_();
  const torch::Tensor exact_x = x.detach().to(torch::kDouble).requires_grad_();
  const torch::Tensor weights = torch::randn(shape);

  const torch::Tensor out = BatchNormActivate(x, norm, activation);
  const torch::Tensor expected = Activated(exact(exact_x), activation);
  (out * weights).sum().backward();
  (expected * weights.to(torch::kDouble)).sum().backward();

  // Values below 5, weights below 2; a handful of roundings, more where the mean cancels. Slopes
  // of hard-swish change as fast as z. Squares are summed in float32 around a channel's first
  // value, `shift` deviations away, which makes them 1 + shift^2 times the variance; roundings of a
  // sum add up like its square root, and half of a variance's error reaches the values.
  const double rows = static_cast<double>(x.numel() / x.size(1));
  const double shift = LargestShift(exact_x);
  const double error =
      kFloatEpsilon * (64 + 5 * 0.5 * std::sqrt(rows) * (1 + shift * shift)) * (1 + mean);
  EXPECT_LT(GreatestDifference(out, expected), error) << "seed=" << kSeed;
  // With few rows a channel may have a small deviation, and x's gradient divides by it.
  EXPECT_LT(GreatestDifference(x.grad(), exact_x.grad()), 8 * error) << "seed=" << kSeed;
  EXPECT_LT(GreatestDifference(norm->weight.grad(), exact->weight.grad()), rows * error);
  EXPECT_LT(GreatestDifference(norm->bias.grad(), exact->bias.grad()), rows * error);
  EXPECT_LT(GreatestDifference(norm->running_mean, exact->running_mean), error);
  EXPECT_LT(GreatestDifference(norm->running_var, exact->running_var), error);
  EXPECT_EQ(norm->num_batches_tracked.item<std::int64_t>(), 1);
}

TEST(BatchNormActivate, EqualsTheModules) {
  torch::manual_seed(kSeed);
  for (const Activation activation :
       {Activation::kNone, Activation::kRelu, Activation::kHardSwish}) {
    ExpectSame({2, 1, 3, 5}, activation, 0.0);
    ExpectSame({1, 24, 5, 7}, activation, 0.0);
    ExpectSame({3, 19, 10, 11}, activation, 0.0);
    ExpectSame({2, 40, 16, 16}, activation, 0.0);
    ExpectSame({2, 40, 16, 16}, activation, 100.0);
  }
}

// A channel that never changes has no deviation, only eps.
TEST(BatchNormActivate, ConstantChannelGivesTheBias) {
  torch::nn::BatchNorm2d norm = RandomNorm(3);
  const torch::Tensor x = torch::full({2, 3, 4, 4}, 0.1f).requires_grad_();
  const torch::Tensor out = BatchNormActivate(x, norm, Activation::kNone);
  out.sum().backward();
  // x scale + offset cancels, with scale = weight / sqrt(eps), about 300.
  EXPECT_LT(GreatestDifference(out, norm->bias.view({1, 3, 1, 1}).expand({2, 3, 4, 4})),
            0.1 * 1000 * kFloatEpsilon);
  EXPECT_TRUE(x.grad().isfinite().all().item<bool>());
}

TEST(BatchNormActivate, InstructionSetsAgree) {
  torch::manual_seed(kSeed);
  constexpr int kRows = 5, kColumns = 43;
  const torch::Tensor x = torch::randn({kRows, kColumns}), gradient = torch::randn_like(x);
  const torch::Tensor columns = torch::randn({5, kColumns});
  for (const Activation activation :
       {Activation::kNone, Activation::kRelu, Activation::kHardSwish}) {
    std::vector<torch::Tensor> results;
    for (const Isa isa : {Isa::kScalar, Isa::kAvx2, Isa::kAvx512}) {
      if (!Includes(BestIsa(), isa)) continue;
      const torch::Tensor result = torch::zeros({2 * kRows + 4, kColumns});
      const auto row = [&](int i) { return result.data_ptr<float>() + i * kColumns; };
      const auto column = [&](int i) { return columns.data_ptr<float>() + i * kColumns; };
      const NormData data{.columns = kColumns,
                          .activation = activation,
                          .x = x.data_ptr<float>(),
                          .scale = column(0),
                          .offset = column(1),
                          .mean = column(2),
                          .out_gradient = gradient.data_ptr<float>(),
                          .gradient_slope = column(3),
                          .gradient_offset = column(4)};
      NormForward(isa, data, 0, kRows, row(0));
      NormBackward(isa, data, 0, kRows, row(kRows));
      SumForward(isa, data, data.x, 0, kRows, {row(2 * kRows), row(2 * kRows + 1)});
      SumBackward(isa, data, 0, kRows, {row(2 * kRows + 2), row(2 * kRows + 3)});
      results.push_back(result);
      EXPECT_TRUE(torch::allclose(result, results.front(), 1e-5, 1e-5)) << IsaName(isa);
    }
  }
}

}  // namespace
}  // namespace edgevlm::train
