// LiveFrames: the frames of a watched video that are to be looked at, the latest one first.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "video/live/watch_trigger.h"
#include "video/video_source.h"

namespace edgevlm {

struct LiveFrame {
  VideoFrame frame;
  std::int64_t unix_ms = 0;  // when it was read
  int skipped = 0;           // frames before it that were to be looked at, and came too fast
};

struct LiveOptions {
  WatchTrigger::Options trigger = {};
  // Frames that come too fast are skipped; else they wait until they are looked at, as of a file.
  bool is_live = false;
  bool reopens = false;  // when it ends: a stream of the network
  int max_side = 640;
  double frames_per_second = 4;  // that are compared
  // Called on the reading thread before it is opened again, after so many seconds.
  std::function<void(const Error& error, int wait_seconds)> on_trouble = {};
};

// Reads on a thread of its own. Memory: three frames, however long it runs. source must outlive it,
// and should be cancelled by is_cancelled as well, so that the destructor need not wait for a
// frame.
class LiveFrames {
 public:
  LiveFrames(const VideoSource& source, LiveOptions options, std::function<bool()> is_cancelled);
  ~LiveFrames();
  LiveFrames(const LiveFrames&) = delete;
  LiveFrames& operator=(const LiveFrames&) = delete;

  // Waits for the next frame; nothing after the last one, or when it is cancelled. Errors: those of
  // a source that is not opened again. Threads: one.
  Result<std::optional<LiveFrame>> Next();

 private:
  void Run();
  MaybeError ReadOnce();
  void Put(VideoFrame frame);
  void WaitSeconds(int seconds);
  bool IsOver();

  const VideoSource& source_;
  const LiveOptions options_;
  const std::function<bool()> is_cancelled_;
  WatchTrigger trigger_;
  bool has_frames_ = false;  // since it was opened; of the reading thread
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<LiveFrame> next_;
  MaybeError error_;
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace edgevlm
