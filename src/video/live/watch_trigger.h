// WatchTrigger: decides which frames of a video that is watched are looked at.
#pragma once

#include <optional>

#include "video/select/frame_facts.h"

namespace edgevlm {

class WatchTrigger {
 public:
  enum class On {
    kTime,    // every so many seconds
    kScene,   // when a frame differs from the one that was looked at last
    kMotion,  // when something moves
  };
  struct Options {
    On on = On::kTime;
    double every_seconds = 5;  // between two looks at least
  };

  explicit WatchTrigger(const Options& options) : options_(options) {}

  // Whether this frame is looked at, for frames in their order. The first one always is.
  bool Offer(const FrameFacts& facts);

 private:
  bool Happens(const FrameFacts& facts) const;

  const Options options_;
  std::optional<FrameFacts> last_;  // offered
  std::optional<FrameFacts> looked_at_;
};

}  // namespace edgevlm
