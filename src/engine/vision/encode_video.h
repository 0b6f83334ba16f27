// Encodes frames of a video for a prompt, as the model's family was trained to read them.
#pragma once

#include <span>

#include "engine/engine_state.h"

namespace edgevlm {

// Frames, or pairs of them, that the image cache holds are not encoded again.
// Errors: kUnsupported (the model reads no images, or one per prompt), kInvalid (no frames, times
// that do not ascend, frames of different sizes), kTooLarge (more tokens than the context has),
// those of image/decode.h for pixels.
Result<EncodedVideo> EncodeVideo(const EngineState& engine, std::span<const FrameView> frames,
                                 const VideoOptions& options, Profiler* profiler);

}  // namespace edgevlm
