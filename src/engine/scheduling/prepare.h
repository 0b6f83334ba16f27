// From a request to what the decoder is to read. For engine/scheduling/ only.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "decode/sequence.h"
#include "edgevlm/scheduler.h"
#include "engine/model.h"
#include "engine/prompt.h"

namespace edgevlm {

// Pictures that are in use, so that two who show the same one have it encoded once. Threads: one.
class PicturesInUse {
 public:
  using Image = std::shared_ptr<const EncodedImage>;

  // The encoded picture of a file with these bytes, if somebody still holds it.
  Image Find(const std::string& file);
  void Add(std::shared_ptr<const std::string> file, const Image& image);

 private:
  struct Entry {
    std::shared_ptr<const std::string> file;
    std::weak_ptr<const EncodedImage> image;
  };
  std::vector<Entry> entries_;
};

struct PreparedReply {
  Prompt prompt;
  std::unique_ptr<Sequence> sequence;  // with room for prompt and reply, holding nothing
  Timings timings;                     // decode, preprocess and encode of what was encoded for this
  int image_tokens = 0;
};

struct PrepareHooks {
  std::function<bool()> is_over;        // asked now and then; true: give up, with kCancelled
  std::function<void(int)> on_picture;  // how many are encoded
};

// Encodes the pictures, writes the prompt, takes the memory. Errors: as Session::Chat and
// Engine::EncodeImage; those of pictures say "picture N: " when there are several.
Result<PreparedReply> Prepare(const Engine& engine, const ReplyRequest& request,
                              PicturesInUse& pictures, const PrepareHooks& hooks);

int CountPictures(const ReplyRequest& request);

}  // namespace edgevlm
