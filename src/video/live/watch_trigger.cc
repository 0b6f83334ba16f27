#include "video/live/watch_trigger.h"

namespace edgevlm {
namespace {

// Exposure and noise of cameras change a frame by less, in sum over colors and blocks.
constexpr double kSceneChange = 0.06;
// Of the block that changes the most, from one frame to the next.
constexpr double kMotionChange = 0.1;

}  // namespace

bool WatchTrigger::Happens(const FrameFacts& facts) const {
  switch (options_.on) {
    case On::kTime:
      return true;
    case On::kScene:
      return HistogramChange(*looked_at_, facts) + MeanBlockChange(*looked_at_, facts) >=
             kSceneChange;
    case On::kMotion:
      return LargestBlockChange(*last_, facts) >= kMotionChange;
  }
  return false;
}

bool WatchTrigger::Offer(const FrameFacts& facts) {
  // A clock that goes back, as after a new connection, begins anew.
  const bool is_first = !looked_at_ || facts.seconds < looked_at_->seconds;
  const bool is_due =
      is_first || facts.seconds - looked_at_->seconds >= options_.every_seconds - 1e-3;
  const bool looks = is_first || (is_due && Happens(facts));
  if (looks) looked_at_ = facts;
  last_ = facts;
  return looks;
}

}  // namespace edgevlm
