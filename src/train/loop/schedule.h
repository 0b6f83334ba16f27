// The training schedule: which parts of the model learn, and at which rate, over the run.
#pragma once

#include "train/loop/options.h"

namespace edgevlm::train {

enum class Phase {
  kVisionEncoder,  // the vision encoder and the grid heads
  kDecoder,        // projector and decoder, with a frozen vision encoder: cheaper steps
  kAll,            // everything
};

struct Moment {
  Phase phase;
  double vision_encoder_rate;  // learning rate of the vision encoder and its grid heads
  double rate;                 // of projector and decoder
  bool keeps_names = false;    // TrainOptions::keeps_names
};

// done: fraction of the run that is over, in [0, 1]. The rates of the vision encoder and of the
// decoder each warm up over the first 2 % of their phase and decay by half a cosine: the vision
// encoder's to a tenth, the decoder's, over both later phases, to a hundredth.
Moment MomentAt(const TrainOptions& options, double done);

}  // namespace edgevlm::train
