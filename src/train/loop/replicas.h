// Replicas: synchronous data parallelism over threads, each with a copy of the model.
//
// Threads that share each operation would synchronize hundreds of times per step; replicas do so
// once. The copies share the memory of the weights and have separate gradients, which are averaged.
// Batch norm statistics are those of a thread's own images; running statistics are kept by the
// first copy, and the others copy them at each step.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "train/loop/losses.h"

namespace edgevlm::train {

class Replicas {
 public:
  // The model itself is the first replica; its weights must stay in the same memory afterwards
  // (loading a checkpoint moves them). extend: adds to a copy the modules that the model has and
  // its shape does not tell; null: there are none. REQUIRES: count >= 1.
  Replicas(Vlm& model, int count, const std::function<void(Vlm&)>& extend = nullptr);

  // Computes the loss of one batch on one replica, with its autograd graph.
  using Loss = std::function<Losses(Vlm& model, const Batch& batch)>;

  // Runs one batch per replica, stores the mean of the gradients in the model, and returns the
  // losses of the replicas. Parameters that the loss does not use have no gradient afterwards, so
  // that the optimizer leaves them and their moments alone. REQUIRES: batches.size() == count().
  std::vector<Losses> Backward(std::span<const Batch> batches, const Loss& loss);

  int count() const { return static_cast<int>(models_.size()); }

 private:
  void ShareStatistics();
  void AverageGradients();

  std::vector<Vlm> models_;
  std::vector<std::vector<torch::Tensor>> parameters_;  // of each replica, in the same order
  ThreadPool pool_;
};

}  // namespace edgevlm::train
