#include "video/frame_picker.h"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace edgevlm {
namespace {

// Times of frames are rounded to ticks of the file's clock, mostly of 1 ms.
constexpr double kTickSeconds = 0.001;

}  // namespace

FramePicker::Choice FramePicker::OfferForTimes(double seconds) {
  Choice choice;
  // The first frame stands for all times before it too.
  while (previous_ && next_time_ < request_.times.size() &&
         request_.times[next_time_] + kTickSeconds < seconds) {
    choice.previous = true;
    ++next_time_;
  }
  choice.is_done = next_time_ == request_.times.size();
  previous_ = seconds;
  return choice;
}

FramePicker::Choice FramePicker::Offer(double seconds) {
  if (!request_.times.empty()) return OfferForTimes(seconds);
  if (seconds > request_.to_seconds) return {.is_done = true};
  if (seconds + kTickSeconds < std::max(due_, request_.from_seconds)) return {};
  // Counted from the last due time, so that the rate is right on average, unless frames are rarer.
  due_ = std::max(due_ + request_.every_seconds, seconds);
  if (due_ == seconds) due_ += request_.every_seconds;
  return {.current = true};
}

double FramePicker::NextTime() const {
  if (request_.times.empty()) return std::max(due_, request_.from_seconds);
  return next_time_ < request_.times.size() ? request_.times[next_time_]
                                            : std::numeric_limits<double>::infinity();
}

double FramePicker::NextTime(double from) const {
  const auto first = request_.times.begin() + static_cast<std::ptrdiff_t>(next_time_);
  const auto next = std::lower_bound(first, request_.times.end(), from);
  return next != request_.times.end() ? *next : std::numeric_limits<double>::infinity();
}

}  // namespace edgevlm
