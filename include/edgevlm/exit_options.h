// ExitOptions: whether and when a token may come from an early block of the decoder.
#pragma once

#include <vector>

#include "edgevlm/result.h"

namespace edgevlm {

enum class EarlyExit {
  kOff,   // every token goes through all blocks
  kExit,  // a token is chosen at the first exit that is confident: faster, but replies may differ
          // (CALM: Schuster et al. 2022)
};

struct ExitOptions {
  EarlyExit mode = EarlyExit::kOff;
  // The numbers of blocks after which there is an exit, increasing, each below the number of
  // blocks. Empty: the exits that the model's file says it was trained with. A model without
  // trained exits is rejected, since its early logits are not usable.
  std::vector<int> layers = {};
  float threshold = 0.9f;  // in (0, 1]: minimum probability (exclusive) of the exit's most likely
                           // token; 1: never exit
  int min_layer = 0;       // exits after fewer blocks are ignored
};

// Checks what can be checked without a model. Errors: kInvalid, names the field, its range and the
// value found.
MaybeError Validate(const ExitOptions& options);

}  // namespace edgevlm
