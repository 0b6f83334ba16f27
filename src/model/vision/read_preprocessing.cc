#include "model/vision/read_preprocessing.h"

#include <algorithm>

#include "gguf/names.h"

namespace edgevlm {

Preprocessing ReadPreprocessing(WeightReader& reader) {
  constexpr std::size_t kColors = 3;
  Preprocessing preprocessing;
  preprocessing.size = reader.Int(keys::kImageSize, 1, ModelLimits::kImageSize);
  const auto mean = reader.Floats(keys::kImageMean, kColors, -1e3f, 1e3f);
  const auto std = reader.Floats(keys::kImageStd, kColors, 1e-3f, 1e3f);
  std::ranges::copy(mean, preprocessing.mean.begin());
  std::ranges::copy(std, preprocessing.std.begin());
  return preprocessing;
}

}  // namespace edgevlm
