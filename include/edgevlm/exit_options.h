// ExitOptions: whether and when a token may be taken from an early block of the decoder.
#pragma once

#include <vector>

#include "edgevlm/result.h"

namespace edgevlm {

enum class EarlyExit {
  kOff,   // every token goes through all blocks
  kExit,  // a token is taken as soon as an exit is sure of it: faster, not always the same (CALM:
          // Schuster et al. 2022)
};

struct ExitOptions {
  EarlyExit mode = EarlyExit::kOff;
  // After how many blocks there is an exit, increasing, each below the number of blocks. Empty:
  // where the model's file says that it was trained for; a model that was not is refused, since
  // what it would say after an early block is no text.
  std::vector<int> layers = {};
  float threshold = 0.9f;  // in (0, 1]: the exit's likeliest token must be likelier; 1: never
  int min_layer = 0;       // exits after fewer blocks are left out
};

// Checks what can be checked without a model. Errors: kInvalid, names the field, its range and the
// value found.
MaybeError Validate(const ExitOptions& options);

}  // namespace edgevlm
