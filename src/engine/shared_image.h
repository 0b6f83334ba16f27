// Pictures as sessions share them.
#pragma once

#include <memory>
#include <span>

#include "engine/model.h"

namespace edgevlm {

struct SharedImage {
  std::shared_ptr<const EncodedImage> image;
  Timings timings;  // of what had to be done for it now
};

// A picture file's embeddings: the model's, if it holds pictures by their content and has this one;
// else encoded now. Errors: as for EncodeFile.
Result<SharedImage> ShareImage(const Model& model, std::span<const std::byte> file,
                               Profiler* profiler);

}  // namespace edgevlm
