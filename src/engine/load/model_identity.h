// By what a saved session knows that it belongs to a model.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

// A digest of the files and of those options that change what an image's embeddings or a prompt's
// keys and values are. Of the files not all bytes are read, which would take long, but their sizes,
// their beginnings, where keys and shapes stand, and many short samples of the rest: other weights
// differ everywhere. 64 hexadecimal digits. Cost: under a millisecond.
// Both as the parts of ModelFile.
std::string ModelIdentity(std::span<const std::span<const std::byte>> gguf,
                          std::span<const std::span<const std::byte>> mmproj,
                          const EngineOptions& options);

}  // namespace edgevlm
