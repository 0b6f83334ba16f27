#include "train/distil/distil_losses.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "train/testing/tensors.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

// Sums of a few float32 values around 1.
constexpr double kSumError = 16 * kFloatEpsilon;

torch::Tensor Rows(std::vector<std::vector<float>> rows) {
  std::vector<torch::Tensor> tensors;
  for (const auto& row : rows) tensors.push_back(torch::tensor(row));
  return torch::stack(tensors);
}

// Compares the gradient of a scalar loss with central differences, in float64: their error is some
// h^2 of the third derivative plus 1e-16 / h.
void CheckGradient(const torch::Tensor& at,
                   const std::function<torch::Tensor(torch::Tensor)>& loss) {
  constexpr double kStep = 1e-5, kError = 1e-8;
  const torch::Tensor x = at.to(torch::kDouble).detach().clone().set_requires_grad(true);
  loss(x).backward();
  const torch::Tensor gradient = x.grad().flatten();
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    const auto moved = [&](double by) {
      torch::Tensor copy = x.detach().clone();
      copy.flatten()[i] += by;
      return loss(copy).item<double>();
    };
    const double expected = (moved(kStep) - moved(-kStep)) / (2 * kStep);
    EXPECT_NEAR(gradient[i].item<double>(), expected, kError) << "value " << i;
  }
}

// Two positions over five tokens; the second one knows a single token.
NextTokens TwoRows() {
  return {.ids = torch::tensor({3, 1, 4, 0}, torch::kInt64).view({2, 2}),
          .probabilities = Rows({{0.5f, 0.3f}, {0.9f, 0.0f}}),
          .other = torch::tensor({0.2f, 0.1f})};
}

NextTokens InDouble(NextTokens next) {
  next.probabilities = next.probabilities.to(torch::kDouble);
  next.other = next.other.to(torch::kDouble);
  return next;
}

TEST(FeatureLoss, IsTheCosineOrTheSquaredDifference) {
  const torch::Tensor student = Rows({{3, 4}, {1, 0}}), teacher = Rows({{6, 8}, {0, 2}});
  // Cosines 1 and 0.
  EXPECT_NEAR(FeatureLoss(student, teacher, FeatureMeasure::kCosine).item<double>(), 0.5,
              kSumError);
  // (9 + 16 + 1 + 4) / 4
  EXPECT_NEAR(FeatureLoss(student, teacher, FeatureMeasure::kMse).item<double>(), 7.5,
              8 * kSumError);
}

TEST(RelationLoss, ComparesTheCosinesOfAllPairs) {
  // The student's images are orthogonal; the teacher's have a cosine of 0.6. Two of four entries
  // differ by 0.6.
  const torch::Tensor student = Rows({{2, 0, 0}, {0, 5, 0}}), teacher = Rows({{1, 0}, {3, 4}});
  EXPECT_NEAR(RelationLoss(student, teacher).item<double>(), 2 * 0.36 / 4, kSumError);
  EXPECT_NEAR(RelationLoss(Rows({{1, 2}}), Rows({{3}})).item<double>(), 0, kSumError);
}

TEST(NextTokenLoss, IsTheDivergenceWithOneClassForTheOthers) {
  // Uniform over five tokens: 0.2 for each class of the first row but the others', which has 0.6.
  const torch::Tensor logits = torch::zeros({2, 5});
  const double first =
      0.5 * std::log(0.5 / 0.2) + 0.3 * std::log(0.3 / 0.2) + 0.2 * std::log(0.2 / 0.6);
  const double second = 0.9 * std::log(0.9 / 0.2) + 0.1 * std::log(0.1 / 0.8);
  EXPECT_NEAR(NextTokenLoss(logits, TwoRows(), 1).item<double>(), (first + second) / 2, kSumError);
}

TEST(NextTokenLoss, TemperatureFlattensBothSides) {
  // At 2, probabilities become proportional to their roots.
  const torch::Tensor logits = torch::zeros({1, 5});
  NextTokens teacher = TwoRows();
  teacher = {teacher.ids.narrow(0, 0, 1), teacher.probabilities.narrow(0, 0, 1),
             teacher.other.narrow(0, 0, 1)};
  const double p[] = {std::sqrt(0.5), std::sqrt(0.3), std::sqrt(0.2)};
  const double q[] = {std::sqrt(0.2), std::sqrt(0.2), std::sqrt(0.6)};
  const double p_sum = p[0] + p[1] + p[2], q_sum = q[0] + q[1] + q[2];
  double expected = 0;
  for (int i = 0; i < 3; ++i) expected += p[i] / p_sum * std::log(p[i] / p_sum / (q[i] / q_sum));
  EXPECT_NEAR(NextTokenLoss(logits, teacher, 2).item<double>(), 4 * expected, 4 * kSumError);
}

TEST(NextTokenLoss, IsZeroForTheTeacherItselfAndWithoutRows) {
  const torch::Tensor logits = torch::log(Rows({{0.1f, 0.3f, 0.05f, 0.5f, 0.05f}}));
  NextTokens teacher = TwoRows();
  teacher = {teacher.ids.narrow(0, 0, 1), teacher.probabilities.narrow(0, 0, 1),
             teacher.other.narrow(0, 0, 1)};
  EXPECT_NEAR(NextTokenLoss(logits, teacher, 1).item<double>(), 0, kSumError);
  EXPECT_NEAR(NextTokenLoss(logits, teacher, 3).item<double>(), 0, 9 * kSumError);
  EXPECT_EQ(NextTokenLoss(logits, {}, 1).item<double>(), 0);
}

TEST(VisualRelationLoss, IsTheAngleBetweenTheSelfCorrelations) {
  // Centered: (1, -1), (-2, 2). Products: 2, -4, -4, 8.
  const torch::Tensor logits = Rows({{2, 0}, {0, 4}}).unsqueeze(0);
  const torch::Tensor same = Rows({{1, -2}, {-2, 4}}).unsqueeze(0);
  EXPECT_NEAR(VisualRelationLoss(logits, same).item<double>(), 0, kSumError);
  // Cosine with the identity: (2 + 8) / (10 * sqrt(2)), since 4 + 16 + 16 + 64 = 100.
  const torch::Tensor identity = Rows({{1, 0}, {0, 1}}).unsqueeze(0);
  EXPECT_NEAR(VisualRelationLoss(logits, identity).item<double>(), 1 - 1 / std::sqrt(2.0),
              kSumError);
}

TEST(DistilLosses, HaveTheirGradients) {
  torch::manual_seed(kSeed);
  const torch::Tensor teacher = torch::randn({3, 4}, torch::kDouble);
  for (const auto measure : {FeatureMeasure::kCosine, FeatureMeasure::kMse}) {
    CheckGradient(torch::randn({3, 4}),
                  [&](const torch::Tensor& x) { return FeatureLoss(x, teacher, measure); });
  }
  CheckGradient(torch::randn({3, 2}),
                [&](const torch::Tensor& x) { return RelationLoss(x, teacher); });
  const NextTokens next = InDouble(TwoRows());
  for (const double temperature : {1.0, 2.5}) {
    CheckGradient(torch::randn({2, 5}),
                  [&](const torch::Tensor& x) { return NextTokenLoss(x, next, temperature); });
  }
  const torch::Tensor relations = torch::randn({2, 3, 3}, torch::kDouble);
  CheckGradient(torch::randn({2, 3, 5}),
                [&](const torch::Tensor& x) { return VisualRelationLoss(x, relations); });
}

}  // namespace
}  // namespace edgevlm::train
