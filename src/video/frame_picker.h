// FramePicker: decides which of the decoded frames a request gets.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>

#include "video/frame_request.h"

namespace edgevlm {

class FramePicker {
 public:
  // Which frames to send, the previous one first.
  struct Choice {
    bool previous = false;
    bool current = false;
    bool is_done = false;  // no later frame is wanted
  };

  explicit FramePicker(const FrameRequest& request) : request_(request) {}

  // For each decoded frame, in their order. A frame is shown until the next one comes, so that the
  // one for a given time is known, and sent as the previous one, when a later one is offered.
  Choice Offer(double seconds);

  // Frames were passed over: the next one offered has none before it.
  void Forget() { previous_.reset(); }

  // Whether to send the last frame of the video, after it: for all times that are left.
  bool WantsLast() const { return previous_ && next_time_ < request_.times.size(); }

  // Before this time no frame is wanted; infinity if no other is.
  double NextTime() const;

  // For requests with times: the first wanted time that is not before this one; infinity if there
  // is none.
  double NextTime(double from) const;

 private:
  Choice OfferForTimes(double seconds);

  const FrameRequest request_;
  std::size_t next_time_ = 0;
  double due_ = -std::numeric_limits<double>::infinity();
  std::optional<double> previous_;
};

}  // namespace edgevlm
