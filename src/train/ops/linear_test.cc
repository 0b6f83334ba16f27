#include "train/ops/linear.h"

#include <gtest/gtest.h>

#include "train/ops/bfloat16_product.h"
#include "train/ops/rounded.h"
#include "train/testing/tiny_trainer.h"

namespace edgevlm::train {
namespace {

constexpr double kRounding = 1.0 / 256;  // of a number to bfloat16, relative

// What two rounded factors change in a product of theirs, and the rounding of the sum.
constexpr double kProductError = 2 * kRounding + kRounding * kRounding + kRounding;

TEST(Linear, GradientsOfRoundedValuesAreThoseOfTheIdentity) {
  torch::manual_seed(kSeed);
  torch::nn::Linear layer(64, 3);
  torch::Tensor x = torch::randn({4, 64}).requires_grad_();
  LinearOf(layer, x, {.rounded_to = DType::kQ4_0}).sum().backward();
  // With regard to x, the rounded weights count; with regard to the weights, the rounded x.
  const torch::Tensor rounded = RoundedWeights(layer->weight, DType::kQ4_0).detach();
  EXPECT_TRUE(torch::allclose(x.grad(), rounded.sum(0).expand({4, 64})));
  const torch::Tensor inputs = RoundedInputs(x, DType::kQ4_0).detach();
  EXPECT_TRUE(torch::allclose(layer->weight.grad(), inputs.sum(0).expand({3, 64}), 1e-4, 1e-5));
}

TEST(Linear, InFloat32ALayerIsItself) {
  torch::nn::Linear layer(64, 3);
  const torch::Tensor x = torch::randn({4, 64});
  EXPECT_TRUE(torch::equal(LinearOf(layer, x, {}), layer(x)));
}

// |found - exact| <= kProductError * |a| |b|, element by element.
void ExpectProduct(const torch::Tensor& found, const torch::Tensor& a, const torch::Tensor& b) {
  const torch::Tensor exact = torch::mm(a, b), sizes = torch::mm(a.abs(), b.abs());
  EXPECT_EQ(found.scalar_type(), torch::kFloat32);
  EXPECT_LE(((found - exact).abs() / sizes).max().item<double>(), kProductError)
      << "seed " << kSeed;
}

TEST(Linear, Bfloat16ProductsAndGradientsAreNearThoseOfFloat32) {
  torch::manual_seed(kSeed);
  for (const auto& [rows, inputs, outputs] : {std::tuple{1, 1, 1}, {5, 33, 7}, {64, 192, 96}}) {
    const torch::Tensor x = torch::randn({rows, inputs}).requires_grad_();
    const torch::Tensor weight = torch::randn({outputs, inputs}).requires_grad_();
    const torch::Tensor gradient = torch::randn({rows, outputs});
    const torch::Tensor result = Bfloat16Product(x, weight);
    result.backward(gradient);
    const torch::NoGradGuard compared;
    ExpectProduct(result, x, weight.t());
    ExpectProduct(x.grad(), gradient, weight);
    ExpectProduct(weight.grad(), gradient.t(), x);
  }
}

TEST(Linear, Bfloat16LayersAddTheBiasInFloat32) {
  torch::manual_seed(kSeed);
  torch::nn::Linear layer(64, 3);
  const torch::Tensor x = torch::randn({4, 64});
  const torch::Tensor without = UnbiasedOf(layer, x, {.bfloat16 = true});
  EXPECT_TRUE(torch::equal(LinearOf(layer, x, {.bfloat16 = true}), without + layer->bias));
  EXPECT_TRUE(torch::equal(without, Bfloat16Product(x, layer->weight)));
}

}  // namespace
}  // namespace edgevlm::train
