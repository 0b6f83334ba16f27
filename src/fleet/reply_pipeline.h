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
#include <string>
#include <variant>
#include <vector>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

// What is asked about an image.
struct AskedWork {
  std::vector<std::string> questions = {};  // one reply each; none: one reply, a caption
  DecodeOptions decode = {};
};

struct PipelineOptions {
  AskedWork asked = {};
  int running = 8;          // images whose replies are decoded together, at least 1
  int encode_together = 4;  // images that the vision encoder takes at a time, at least 1
};

struct PipelineImage {
  std::int64_t index = 0;  // the caller's
  std::string name = {};   // for messages
  Result<std::vector<std::byte>> file;
  std::shared_ptr<const AskedWork> asked = nullptr;  // in place of what the options ask
};

// Why there is no next image: all are done, or others may come.
enum class NoImage { kEver, kForNow };
using NextImage = std::variant<PipelineImage, NoImage>;

// The replies, in the order of the questions; or the error of reading the image, or of the first
// reply that failed.
struct PipelineReplies {
  std::int64_t index = 0;
  Result<std::vector<Reply>> replies;
  // To be called when the replies are stored, if there are any, so that whoever computed them may
  // forget them. Null: nobody waits for it.
  std::function<void()> on_stored = nullptr;
};

struct PipelineCalls {
  // The next image. may_wait: nothing else could be done meanwhile, so it may wait, but not for
  // long. Called on the encoder's thread, ahead of what is decoded by a few images.
  std::function<NextImage(bool may_wait)> next;
  // Called in the order in which images are done. An error ends the run.
  std::function<MaybeError(PipelineReplies)> on_replies;
  // Called in between, at least ten times a second. Null: not. An error ends the run.
  std::function<MaybeError()> on_tick = nullptr;
};

// RunPipeline with an engine, or anything that does the same.
using ImagePipeline = std::function<MaybeError(const PipelineCalls&)>;

// Returns when all images are done: every image of `next` has had its on_replies. A reply is the
// same as for Session::Caption and Session::Ask. Errors: kInvalid (the options), and those of the
// calls; images that are not done are then dropped. Throws std::system_error if the system cannot
// start more threads. Cost: memory for the files of encode_together images, the embeddings of
// running + encode_together, and the caches of `running` replies.
MaybeError RunPipeline(const Engine& engine, const PipelineOptions& options,
                       const PipelineCalls& calls);

}  // namespace edgevlm
