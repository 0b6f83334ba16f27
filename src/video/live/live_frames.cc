#include "video/live/live_frames.h"

#include <chrono>
#include <utility>

#include "base/retry_wait.h"
#include "base/utc_time.h"

namespace edgevlm {
namespace {

constexpr auto kCancelCheck = std::chrono::milliseconds(100);

}  // namespace

LiveFrames::LiveFrames(const VideoSource& source, LiveOptions options,
                       std::function<bool()> is_cancelled)
    : source_(source),
      options_(std::move(options)),
      is_cancelled_(std::move(is_cancelled)),
      trigger_(options_.trigger),
      thread_([this] { Run(); }) {}

LiveFrames::~LiveFrames() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Result<std::optional<LiveFrame>> LiveFrames::Next() {
  std::unique_lock lock(mutex_);
  while (!next_ && !is_over_ && !is_cancelled_()) changed_.wait_for(lock, kCancelCheck);
  if (is_cancelled_()) return std::optional<LiveFrame>();
  std::optional<LiveFrame> frame = std::exchange(next_, std::nullopt);
  if (!frame && error_) return *error_;
  changed_.notify_all();
  return frame;
}

// Opens a stream again; waits are counted anew when frames have come.
void LiveFrames::Run() {
  RetryWait wait;
  MaybeError error = ReadOnce();
  while (options_.reopens && !IsOver()) {
    if (has_frames_) wait.Reset();
    const int wait_seconds = wait.NextSeconds();
    if (options_.on_trouble) {
      options_.on_trouble(
          error.value_or(Error{ErrorCode::kIo, "expected more of the stream, found its end"}),
          wait_seconds);
    }
    WaitSeconds(wait_seconds);
    has_frames_ = false;
    if (!IsOver()) error = ReadOnce();
  }
  const std::lock_guard lock(mutex_);
  error_ = std::move(error);
  is_over_ = true;
  changed_.notify_all();
}

bool LiveFrames::IsOver() {
  const std::lock_guard lock(mutex_);
  return is_over_ || is_cancelled_();
}

MaybeError LiveFrames::ReadOnce() {
  const auto stream = source_.Read(
      {.every_seconds = 1 / options_.frames_per_second, .max_side = options_.max_side});
  if (!stream) return stream.error();
  while (true) {
    auto frame = (*stream)->Next();
    if (!frame) return frame.error();
    if (!*frame) return std::nullopt;
    has_frames_ = true;
    if (trigger_.Offer(MeasureFrame(**frame))) Put(**std::move(frame));
    if (IsOver()) return std::nullopt;
  }
}

void LiveFrames::Put(VideoFrame frame) {
  std::unique_lock lock(mutex_);
  if (!options_.is_live) {
    while (next_ && !is_over_ && !is_cancelled_()) changed_.wait_for(lock, kCancelCheck);
  }
  const int skipped = next_ ? next_->skipped + 1 : 0;
  next_ = LiveFrame{.frame = std::move(frame), .unix_ms = UnixMs(), .skipped = skipped};
  changed_.notify_all();
}

void LiveFrames::WaitSeconds(int seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  std::unique_lock lock(mutex_);
  while (!is_over_ && !is_cancelled_() && std::chrono::steady_clock::now() < end) {
    changed_.wait_for(lock, kCancelCheck);
  }
}

}  // namespace edgevlm
