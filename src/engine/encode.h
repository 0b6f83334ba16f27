// From images to what the decoder sees of them.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/model.h"

namespace edgevlm {

// An image file, decoded and encoded. Errors: kCorrupt, kUnsupported, kTooLarge; kCancelled when
// is_over, which is asked between two blocks of the vision encoder, says true (null: it never
// does).
Result<EncodedImage> EncodeFile(const Model& model, std::span<const std::byte> file,
                                Profiler* profiler, const std::function<bool()>& is_over = nullptr);

// Errors: kInvalid (a side below 1, rgb of the wrong size), kTooLarge.
Result<EncodedImage> EncodePixels(const Model& model, const PixelsView& pixels, Profiler* profiler);

// Several files; decodes several at a time. Errors: as EncodeFile, with "image N: " before.
Result<std::vector<EncodedImage>> EncodeFiles(const Model& model,
                                              std::span<const std::span<const std::byte>> files);

}  // namespace edgevlm
