#include "train/loop/replicas.h"

#include "train/torch.h"

namespace edgevlm::train {

Replicas::Replicas(Vlm& model, int count, const std::function<void(Vlm&)>& extend)
    : models_{model}, pool_(count) {
  CHECK(count >= 1);
  parameters_.push_back(model->parameters());
  for (int i = 1; i < count; ++i) {
    Vlm copy(model->shape);
    if (extend) extend(copy);
    std::vector<torch::Tensor> parameters = copy->parameters();
    CHECK(parameters.size() == parameters_[0].size());
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      parameters[p].set_data(parameters_[0][p].data());  // shared memory
    }
    copy->train();
    models_.push_back(copy);
    parameters_.push_back(std::move(parameters));
  }
}

std::vector<Losses> Replicas::Backward(std::span<const Batch> batches, const Loss& loss) {
  CHECK(batches.size() == models_.size());
  ShareStatistics();
  std::vector<Losses> losses(models_.size());
  pool_.ParallelFor(count(), 1, [&](int begin, int end, int) {
    for (int i = begin; i < end; ++i) {
      const auto at = static_cast<std::size_t>(i);
      models_[at]->zero_grad(true);  // undefined, not zero, for unused parameters
      losses[at] = loss(models_[at], batches[at]);
      losses[at].total.backward();
      losses[at].total = losses[at].total.detach();
    }
  });
  AverageGradients();
  return losses;
}

void Replicas::ShareStatistics() {
  const torch::NoGradGuard no_grad;
  const std::vector<torch::Tensor> first = models_[0]->buffers();
  for (std::size_t i = 1; i < models_.size(); ++i) {
    const std::vector<torch::Tensor> own = models_[i]->buffers();
    for (std::size_t b = 0; b < own.size(); ++b) own[b].copy_(first[b]);
  }
}

void Replicas::AverageGradients() {
  const torch::NoGradGuard no_grad;
  const double scale = 1.0 / count();
  for (std::size_t p = 0; p < parameters_[0].size(); ++p) {
    torch::Tensor sum = parameters_[0][p].grad();
    for (std::size_t i = 1; i < parameters_.size(); ++i) {
      // Undefined: unused in this phase, or by this replica's batch.
      const torch::Tensor own = parameters_[i][p].grad();
      if (own.defined()) sum = sum.defined() ? sum.add_(own) : own.clone();
    }
    if (sum.defined()) parameters_[0][p].mutable_grad() = sum.mul_(scale);
  }
}

}  // namespace edgevlm::train
