// The arithmetic of a training step, from the shapes of its tensors.
#pragma once

#include "train/data/sample.h"
#include "train/distil/distil_options.h"
#include "train/loop/schedule.h"
#include "train/model/vlm.h"

namespace edgevlm::train {

// Multiply-adds of the forward pass of one batch: of matrix products, convolutions and attention.
// Norms, activations, the optimizer and training heads, except for the grid heads, are not counted.
struct ForwardWork {
  double encoder = 0;  // vision encoder and grid heads
  double projector = 0;
  double decoder = 0;  // the blocks, over image tokens and text; padding is computed too
  double logits = 0;   // output matrix: of reply tokens, and of image tokens if they are compared
};

// options: losses on image tokens need more rows than others.
ForwardWork ForwardWorkOf(Vlm& model, const Batch& batch, const DistilOptions& options);

// Multiply-adds of a whole step: a layer that learns multiplies three times, once forward and twice
// backward (gradients of inputs and of weights).
double StepMultiplyAdds(const ForwardWork& forward, Phase phase);

}  // namespace edgevlm::train
