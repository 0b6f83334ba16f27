// Encodes frames of a video for a prompt, as the model's family was trained to read them.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "edgevlm/scheduler.h"
#include "engine/engine_state.h"

namespace edgevlm {

struct EncodeVideoHooks {
  Profiler* profiler = nullptr;  // null: nothing is recorded
  std::string scope = {};        // only videos of the same scope find cached frames
  // Called before each pass of the vision encoder; once it returns true the result is kCancelled.
  // Null: never.
  std::function<bool()> is_over = nullptr;
};

// Frames, or pairs of them, that the image cache holds are not encoded again.
// Errors: kUnsupported (the model reads no images, or one per prompt), kInvalid (no frames, times
// that do not ascend, frames of different sizes), kTooLarge (more tokens than the context has),
// those of image/decode.h for pixels, kCancelled.
Result<EncodedVideo> EncodeVideo(const EngineState& engine, std::span<const FrameView> frames,
                                 const VideoOptions& options, const EncodeVideoHooks& hooks);

// The frames alone, or pairs of them, in their order, without what the prompt has between them. A
// model with one image per prompt encodes them as it encodes images in memory. Errors: those of
// EncodeVideo.
Result<std::vector<std::shared_ptr<const EncodedImage>>> EncodeFrames(
    const EngineState& engine, std::span<const FrameView> frames, const VideoOptions& options,
    const EncodeVideoHooks& hooks);

// The same as EncodeVideo with images that have no values: for counting tokens.
Result<EncodedVideo> LayOutVideo(const Model& model, std::span<const FrameView> frames,
                                 const VideoOptions& options);

// Views of the frames, which must outlive them.
std::vector<FrameView> ViewsOf(const RequestVideo& video);

}  // namespace edgevlm
