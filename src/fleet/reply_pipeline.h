// ReplyPipeline: replies about many images, as fast as the engine can.
//
// The vision encoder takes several images at a time, on a thread of its own, while the replies
// about earlier ones are decoded together: each weight is read once for all of them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

struct PipelineOptions {
  std::vector<std::string> questions = {};  // one reply each; none: one reply, a caption
  DecodeOptions decode = {};
  int running = 8;          // images whose replies are decoded together, at least 1
  int encode_together = 4;  // images that the vision encoder takes at a time, at least 1
};

struct PipelineImage {
  std::int64_t index = 0;  // the caller's
  Result<std::vector<std::byte>> file;
};

// The replies, in the order of the questions; or the error of reading the image, or of the first
// reply that failed.
struct PipelineReplies {
  std::int64_t index = 0;
  Result<std::vector<Reply>> replies;
};

struct PipelineCalls {
  // The next image; nothing: there is none. Called on the encoder's thread, ahead of what is
  // decoded by a few images.
  std::function<std::optional<PipelineImage>()> next;
  // Called in the order in which images are done. An error ends the run.
  std::function<MaybeError(PipelineReplies)> on_replies;
  // Called in between, at least ten times a second. Null: not. An error ends the run.
  std::function<MaybeError()> on_tick = nullptr;
};

// Returns when all images are done: every image of `next` has had its on_replies. A reply is the
// same as for Session::Caption and Session::Ask. Errors: kInvalid (the options), and those of the
// calls; images that are not done are then dropped. Throws std::system_error if the system cannot
// start more threads. Cost: memory for the files of encode_together images, the embeddings of
// running + encode_together, and the caches of `running` replies.
MaybeError RunPipeline(const Engine& engine, const PipelineOptions& options,
                       const PipelineCalls& calls);

}  // namespace edgevlm
