// TrainingStep: losses, gradients and the optimizer's update for one batch.
#pragma once

#include <vector>

#include "train/loop/losses.h"
#include "train/loop/options.h"
#include "train/loop/replicas.h"
#include "train/loop/schedule.h"
#include "train/loop/training_context.h"
#include "train/torch.h"

namespace edgevlm::train {

// Two parameter groups: the vision encoder with its grid heads and its map to a teacher's features,
// and the rest.
torch::optim::AdamW MakeOptimizer(Vlm& model, const TrainOptions& options);

// Threads: one at a time; each step uses options.threads of its own.
class TrainingStep {
 public:
  // optimizer: of MakeOptimizer for the context's model. All three must outlive it. The model's
  // weights must stay in the same memory (loading a checkpoint moves them).
  TrainingStep(const TrainOptions& options, TrainingContext& context,
               torch::optim::AdamW& optimizer);

  int replicas() const { return replicas_.count(); }
  // Of the batch of each replica.
  int images() const { return text_images_ + options_.grid_batch / replicas(); }

  // batches: one for each replica. Returns the losses of the replicas.
  std::vector<Losses> Run(const std::vector<Batch>& batches, const Moment& moment);

 private:
  const TrainOptions& options_;
  TrainingContext& context_;
  torch::optim::AdamW& optimizer_;
  torch::Tensor name_ids_;  // [1 + things]
  Replicas replicas_;
  int text_images_;  // per replica and step
};

}  // namespace edgevlm::train
