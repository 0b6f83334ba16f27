// The activations of the vision encoder.
#pragma once

namespace edgevlm::train {

enum class Activation {
  kNone,
  kRelu,
  kHardSwish,  // z min(max(z + 3, 0), 6) / 6 (Howard et al. 2019)
};

}  // namespace edgevlm::train
