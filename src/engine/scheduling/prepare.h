// Turns a request into a prompt and a sequence for it. For engine/scheduling/ only.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "decode/sequence.h"
#include "edgevlm/scheduler.h"
#include "engine/engine_state.h"
#include "engine/prompt/prompt.h"
#include "profile/profiler.h"

namespace edgevlm {

struct PreparedReply {
  Prompt prompt;
  std::unique_ptr<Sequence> sequence;  // of prompt and reply
  int reused_rows = 0;                 // of the prompt, already in the sequence
  Timings timings;                     // decode, preprocess and encode of what was encoded for it
  int image_tokens = 0;
  int sound_tokens = 0;
  std::vector<ImageReply> images;
};

struct PrepareHooks {
  Profiler* profiler = nullptr;   // null: nothing is recorded
  std::function<bool()> is_over;  // polled; true: stop, with kCancelled
  // Whether an image is to be encoded although is_over: another request needs it.
  std::function<bool(const std::string& image)> is_wanted;
  std::function<void(int)> on_image;  // called with the number of encoded images
};

// Encodes the images and sounds, both at once if there are both, writes the prompt, allocates the
// sequence and reuses a prefix. Errors: as Session::Chat and Engine::EncodeImage; those of images
// begin with "image N: " if there are several.
Result<PreparedReply> Prepare(const EngineState& engine, const ReplyRequest& request,
                              const PrepareHooks& hooks);

// Encodes images of a request that is submitted later (Scheduler::EncodeAhead).
void EncodeAhead(const EngineState& engine, ReplyRequest& request,
                 const std::function<bool()>& is_cancelled);

// And sounds.
int CountImages(const ReplyRequest& request);

}  // namespace edgevlm
