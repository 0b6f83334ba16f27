#include "train/distil/distil_losses.h"

namespace edgevlm::train {
namespace {

namespace F = torch::nn::functional;

constexpr double kLeastProbability = 1e-9;  // keeps logarithms finite

// The cosines of all pairs of rows, [B, B].
torch::Tensor Cosines(const torch::Tensor& rows) {
  const torch::Tensor unit = F::normalize(rows, F::NormalizeFuncOptions().dim(1));
  return torch::mm(unit, unit.t());
}

// log(sum(exp(logits of the tokens that are not among ids))), [R]. used [R, K]: which ids count.
torch::Tensor LogSumOfOthers(const torch::Tensor& logits, const torch::Tensor& ids,
                             const torch::Tensor& used) {
  // Unused ids repeat the first one, so that only ids of the row are masked.
  const torch::Tensor own = torch::where(used, ids, ids.narrow(1, 0, 1).expand_as(ids));
  const torch::Tensor is_own = torch::zeros_like(logits, torch::kBool).scatter(1, own, true);
  const torch::Tensor none = used.narrow(1, 0, 1).logical_not();  // [R, 1]: the row has no token
  return torch::logsumexp(logits.masked_fill(is_own.logical_and(none.logical_not()), -1e9), 1);
}

}  // namespace

torch::Tensor FeatureLoss(const torch::Tensor& student, const torch::Tensor& teacher,
                          FeatureMeasure measure) {
  if (measure == FeatureMeasure::kMse) return F::mse_loss(student, teacher);
  return 1.0 - torch::cosine_similarity(student, teacher, 1).mean();
}

torch::Tensor RelationLoss(const torch::Tensor& student, const torch::Tensor& teacher) {
  return (Cosines(student) - Cosines(teacher)).square().mean();
}

torch::Tensor NextTokenLoss(const torch::Tensor& logits, const NextTokens& teacher,
                            double temperature) {
  if (teacher.rows() == 0) return torch::zeros({}, logits.options());
  const torch::Tensor used = teacher.probabilities > 0;
  // Classes [R, K + 1]: the teacher's tokens, and all others together. Unused ones have probability
  // 0 for both sides.
  const torch::Tensor total = torch::logsumexp(logits, 1, true);
  const torch::Tensor own = torch::where(used, logits.gather(1, teacher.ids),
                                         torch::full_like(teacher.probabilities, -1e9));
  const torch::Tensor others = LogSumOfOthers(logits, teacher.ids, used).unsqueeze(1);
  const torch::Tensor student = torch::cat({own, others}, 1) - total;
  const torch::Tensor probabilities =
      torch::cat({teacher.probabilities, teacher.other.unsqueeze(1)}, 1);
  const torch::Tensor wanted = torch::softmax(
      torch::where(probabilities > 0, probabilities.clamp_min(kLeastProbability).log(),
                   torch::full_like(probabilities, -1e9)) /
          temperature,
      1);
  const torch::Tensor log_student = torch::log_softmax(student / temperature, 1);
  const torch::Tensor divergence =
      (torch::xlogy(wanted, wanted) -
       torch::where(wanted > 0, wanted * log_student, torch::zeros_like(wanted)))
          .sum(1);
  return temperature * temperature * divergence.mean();
}

torch::Tensor VisualRelationLoss(const torch::Tensor& logits, const torch::Tensor& relations) {
  const torch::Tensor centered = logits - logits.mean(2, true);
  const torch::Tensor own = torch::bmm(centered, centered.transpose(1, 2)).flatten(1);
  return 1.0 - torch::cosine_similarity(own, relations.flatten(1), 1).mean();
}

}  // namespace edgevlm::train
