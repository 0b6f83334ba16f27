// The schedule: which parts learn, and how fast, at each moment of a run.
#pragma once

#include "train/loop/options.h"

namespace edgevlm::train {

enum class Phase {
  kVisionEncoder,  // the vision encoder and its grid heads
  kDecoder,  // projector and decoder read a fixed vision encoder: steps are cheap while the words
             // are learnt
  kAll,      // everything together
};

struct Moment {
  Phase phase;
  double vision_encoder_rate;  // learning rate of the vision encoder and its grid heads
  double rate;                 // of projector and decoder
};

// done: share of the run that is over, in [0, 1]. Each of the vision encoder's and the decoder's
// phases warms up over its first 2 %; the vision encoder's decays to a tenth, the decoder's over
// both later phases to a hundredth (half a cosine).
Moment MomentAt(const TrainOptions& options, double done);

}  // namespace edgevlm::train
