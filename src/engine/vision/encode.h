// Encodes image files into embeddings for the decoder.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/engine_state.h"

namespace edgevlm {

// Decodes and encodes an image file. is_over: called between two blocks of the vision encoder; once
// it returns true the result is kCancelled; null: never. Errors: kCorrupt, kUnsupported, kTooLarge.
Result<EncodedImage> EncodeFile(const EngineState& engine, std::span<const std::byte> file,
                                Profiler* profiler, const std::function<bool()>& is_over = nullptr);

// Errors: kInvalid (a side below 1, rgb of the wrong size), kTooLarge.
Result<EncodedImage> EncodePixels(const EngineState& engine, const PixelsView& pixels,
                                  Profiler* profiler);

// Several files; decodes several in parallel. Errors: as EncodeFile, prefixed with "image N: ".
Result<std::vector<EncodedImage>> EncodeFiles(const EngineState& engine,
                                              std::span<const std::span<const std::byte>> files);

}  // namespace edgevlm
