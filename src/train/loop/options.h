// What a training run is told.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace edgevlm::train {

struct TrainOptions {
  std::string out;  // folder for checkpoints, log and vocabulary
  std::string font = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf";
  std::string from;      // folder of a run whose weights, shape and vocabulary a new run takes
  double minutes = 120;  // of the whole run, over all its sessions; the schedule follows it
  double vision_encoder_part =
      0.3;  // of that time, at first: the grid heads alone teach the vision encoder
  double blind_part = 0.15;  // then: the decoder learns, the vision encoder stays as it is
  int batch = 24;            // images per step
  int image_side = 160;
  int width = 192;         // of the decoder
  std::vector<int> exits;  // of a new run's decoder, after so many blocks; none: those of `from`
  int vocabulary = 1280;   // at most; every common word is one token well before
  double rate = 1.5e-3;    // peak learning rate
  double vision_encoder_rate = 3e-3;  // the same for the vision encoder while it learns alone
  std::uint64_t seed = 1;
  int threads = 2;  // for LibTorch
  int loaders = 1;  // threads that draw images
  double checkpoint_minutes = 5;
  int evaluate_images = 480;  // held-out images of the evaluation at the end
};

// Errors: kInvalid, naming the option.
MaybeError Validate(const TrainOptions& options);

}  // namespace edgevlm::train
