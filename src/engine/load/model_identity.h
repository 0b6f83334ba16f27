// Identifies the model to which a saved session belongs.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

// A digest of the files and of those options that affect image embeddings or a prompt's keys and
// values. Reading all bytes of the files would take long; it covers their sizes, their first bytes
// with keys and shapes, and many short samples of the rest: other weights differ everywhere. 64
// hexadecimal digits. Cost: under a millisecond. Both arguments are parts of ModelFile.
std::string ModelIdentity(std::span<const std::span<const std::byte>> gguf,
                          std::span<const std::span<const std::byte>> mmproj,
                          const EngineOptions& options);

}  // namespace edgevlm
