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

namespace edgevlm {

struct PreparedReply {
  Prompt prompt;
  std::unique_ptr<Sequence> sequence;  // of prompt and reply
  int reused_rows = 0;                 // of the prompt, that the sequence holds already
  Timings timings;                     // decode, preprocess and encode of what was encoded for this
  int image_tokens = 0;
  std::vector<ImageReply> images;
};

struct PrepareHooks {
  std::function<bool()> is_over;  // asked now and then; true: give up, with kCancelled
  // Whether an image is to be encoded although it is over: for somebody else.
  std::function<bool(const std::string& image)> is_wanted;
  std::function<void(int)> on_image;  // how many are encoded
};

// Encodes the images, writes the prompt, allocates the sequence and reuses a prefix. Errors: as
// Session::Chat and Engine::EncodeImage; those of images say "image N: " when there are several.
Result<PreparedReply> Prepare(const EngineState& engine, const ReplyRequest& request,
                              const PrepareHooks& hooks);

int CountImages(const ReplyRequest& request);

}  // namespace edgevlm
