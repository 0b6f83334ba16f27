#include "train/ops/biased_gelu.h"

#include <gtest/gtest.h>

#include <vector>

#include "train/ops/gelu_loops.h"
#include "train/testing/tensors.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

TEST(BiasedGelu, IsGeluOfTheSum) {
  torch::manual_seed(kSeed);
  for (const int rows : {1, 7, 300}) {
    for (const int columns : {1, 3, 16, 17, 100}) {
      const torch::Tensor x = (torch::randn({rows, columns}) * 3.0).requires_grad_();
      const torch::Tensor bias = torch::randn({columns}).requires_grad_();
      const torch::Tensor weights = torch::randn({rows, columns});
      // The sum is rounded to float32, as it is without fusing.
      const torch::Tensor sum = (x + bias).detach().to(torch::kDouble).requires_grad_();

      const torch::Tensor out = BiasedGelu(x, bias);
      const torch::Tensor expected = torch::gelu(sum, "tanh");
      (out * weights).sum().backward();
      (expected * weights.to(torch::kDouble)).sum().backward();

      // Results and slopes lie below 20 and 1.2; the exponent's rounding is the largest error.
      EXPECT_LT(GreatestDifference(out, expected), 20 * 8 * kFloatEpsilon) << "seed=" << kSeed;
      const double slope_error = 5 * 16 * kFloatEpsilon;  // weights below 5
      EXPECT_LT(GreatestDifference(x.grad(), sum.grad()), slope_error) << "seed=" << kSeed;
      EXPECT_LT(GreatestDifference(bias.grad(), sum.grad().sum(0)), rows * slope_error)
          << "seed=" << kSeed;
    }
  }
}

TEST(BiasedGelu, FarFromZeroItIsZeroOrTheSum) {
  const torch::Tensor x = torch::tensor({{-100.0f, -12.0f, 0.0f, 12.0f, 100.0f}}).requires_grad_();
  const torch::Tensor out = BiasedGelu(x, torch::zeros({5}));
  out.sum().backward();
  // Far below, what is left of the exp is not exactly 0.
  EXPECT_TRUE(torch::allclose(out, torch::tensor({{0.0f, 0.0f, 0.0f, 12.0f, 100.0f}}), 0, 1e-30));
  EXPECT_TRUE(torch::allclose(x.grad(), torch::tensor({{0.0f, 0.0f, 0.5f, 1.0f, 1.0f}}), 0, 1e-30));
}

TEST(BiasedGelu, InstructionSetsAgree) {
  torch::manual_seed(kSeed);
  constexpr int kRows = 3, kColumns = 37;
  const torch::Tensor x = torch::randn({kRows, kColumns}), bias = torch::randn({kColumns});
  const torch::Tensor out_gradient = torch::randn({kRows, kColumns});
  std::vector<torch::Tensor> results;
  for (const Isa isa : {Isa::kScalar, Isa::kAvx2, Isa::kAvx512}) {
    if (!Includes(BestIsa(), isa)) continue;
    const torch::Tensor result = torch::zeros({2 * kRows + 1, kColumns});
    float* const memory = result.data_ptr<float>();
    GeluData data;
    data.columns = kColumns;
    data.x = x.data_ptr<float>();
    data.bias = bias.data_ptr<float>();
    data.out = memory;
    data.out_gradient = out_gradient.data_ptr<float>();
    data.x_gradient = memory + kRows * kColumns;
    GeluForward(isa, data, 0, kRows);
    GeluBackward(isa, data, 0, kRows, memory + 2 * kRows * kColumns);
    results.push_back(result);
    EXPECT_TRUE(torch::allclose(result, results.front(), 1e-5, 1e-6)) << IsaName(isa);
  }
}

}  // namespace
}  // namespace edgevlm::train
