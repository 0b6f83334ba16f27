// StepLosses: everything that a model learns from in one training plan.
#pragma once

#include "train/loop/losses.h"
#include "train/loop/schedule.h"

namespace edgevlm::train {

struct StepPlan {
  Moment moment;
  int text_images = 0;     // of the batch: so many have texts to learn from; the others train the
                           // vision encoder alone
  torch::Tensor name_ids;  // as in NameLoss
};

// The forward pass of one step in its phase. With a teacher (options), the batch has teachings.
Losses StepLosses(Vlm& model, const Batch& batch, const StepPlan& plan,
                  const DistilOptions& options);

}  // namespace edgevlm::train
