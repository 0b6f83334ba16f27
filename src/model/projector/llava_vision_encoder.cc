#include "model/projector/llava_vision_encoder.h"

#include <algorithm>

namespace edgevlm {

void PadWithMeanColor(WeightReader&, Preprocessing& preprocessing) {
  preprocessing.fit = Fit::kPad;
  preprocessing.filter = Filter::kBicubic;
  for (std::size_t c = 0; c < preprocessing.fill.size(); ++c) {
    const float level = std::clamp(preprocessing.mean[c] * 255.0f, 0.0f, 255.0f);
    preprocessing.fill[c] = static_cast<std::uint8_t>(level);  // rounded down, as in training
  }
}

}  // namespace edgevlm
