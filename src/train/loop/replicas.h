// Replicas: several threads, each with a copy of the model and its own part of a step's images.
//
// One thread per operation would have to wait for the other ones hundreds of times in a step; here
// they meet once. The copies share the weights' memory and have gradients of their own, which are
// averaged (synchronous data parallelism). Batch norm takes its statistics over a thread's own
// images; the running ones are kept by the first copy, and the others take them over at each
// step.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "train/loop/losses.h"

namespace edgevlm::train {

class Replicas {
 public:
  // The model itself is the first replica; its weights must not be given other memory afterwards
  // (loading a checkpoint does). REQUIRES: count >= 1.
  Replicas(Vlm& model, int count);

  // The loss of one batch on one replica, with its graph.
  using Loss = std::function<Losses(Vlm& model, const Batch& batch)>;

  // Computes the gradients of one batch per replica into the model's own gradients (their mean),
  // and returns the replicas' losses. Parameters that the loss does not use have no gradient then,
  // so that the optimizer leaves them and what it knows of them alone. REQUIRES: batches.size() ==
  // the number of replicas.
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
