// SnapshotQueue: images of many cameras that wait until they are looked at.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"

namespace edgevlm {

struct Snapshot {
  std::string camera;
  std::string label;  // of the object in it
  std::vector<std::byte> file;
  std::int64_t unix_ms = 0;  // when it came
  bool is_retained = false;  // the broker had it before: it may be old
  int skipped = 0;           // images of the camera before it that nobody looked at
};

// The latest image of each camera. Memory: kAllBytes, and the facts of kCameras. Threads: one.
class SnapshotQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::size_t kFileBytes = std::size_t{8} << 20;
  static constexpr std::size_t kAllBytes = std::size_t{64} << 20;
  static constexpr std::size_t kCameras = 64;
  static constexpr std::size_t kTopics = 1024;  // pairs of camera and label that are remembered

  // every_seconds: between two looks at a camera at least.
  explicit SnapshotQueue(double every_seconds)
      : every_(std::chrono::duration_cast<Time::duration>(
            std::chrono::duration<double>(every_seconds))) {}

  // Whether an image may be so large. Errors: kTooLarge.
  static MaybeError CheckSize(std::size_t bytes);

  // Replaces the camera's image, if it has one. Leaves out a retained image that was the last of
  // its camera and label already, as after a new connection. Errors: kTooLarge (more cameras).
  // REQUIRES: CheckSize accepts the file.
  MaybeError Add(Snapshot snapshot);

  // The image that is due; of several, that of the camera that was looked at longest ago.
  std::optional<Snapshot> Pop(Time now);

  // When an image will be due; nothing while there is none.
  std::optional<Time> NextDue() const;

 private:
  struct Camera {
    std::optional<Snapshot> next;
    std::optional<Time> looked_at;
    int skipped = 0;  // since it was looked at
  };

  void Skip(Camera& camera);
  void MakeRoom(std::size_t bytes);
  Time DueTime(const Camera& camera) const;
  bool IsKnown(const Snapshot& snapshot);

  const Time::duration every_;
  std::map<std::string, Camera> cameras_;
  std::unordered_map<std::string, std::size_t> last_hashes_;  // of files, by topic
  std::size_t bytes_ = 0;
};

}  // namespace edgevlm
