// From pictures to what the decoder sees of them.
#pragma once

#include <span>
#include <vector>

#include "engine/model.h"

namespace edgevlm {

// A picture file, decoded and encoded. Errors: kCorrupt, kUnsupported, kTooLarge.
Result<EncodedImage> EncodeFile(const Model& model, std::span<const std::byte> file,
                                Profiler* profiler);

// Errors: kInvalid (a side below 1, rgb of the wrong size), kTooLarge.
Result<EncodedImage> EncodePixels(const Model& model, const PixelsView& pixels, Profiler* profiler);

// Several files; decodes several at a time. Errors: as EncodeFile, with "picture N: " before.
Result<std::vector<EncodedImage>> EncodeFiles(const Model& model,
                                              std::span<const std::span<const std::byte>> files);

}  // namespace edgevlm
