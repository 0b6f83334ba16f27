#include "cli/watch/snapshot_queue.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

namespace edgevlm {

void SnapshotQueue::Skip(Camera& camera) {
  if (!camera.next) return;
  bytes_ -= camera.next->file.size();
  camera.next.reset();
  ++camera.skipped;
}

// Skips the images that have waited longest.
void SnapshotQueue::MakeRoom(std::size_t bytes) {
  while (bytes_ + bytes > kAllBytes) {
    Camera* oldest = nullptr;
    for (auto& [name, camera] : cameras_) {
      const bool is_older =
          camera.next && (oldest == nullptr || camera.next->unix_ms < oldest->next->unix_ms);
      if (is_older) oldest = &camera;
    }
    if (oldest == nullptr) return;
    Skip(*oldest);
  }
}

bool SnapshotQueue::IsKnown(const Snapshot& snapshot) {
  const std::string topic = snapshot.camera + "/" + snapshot.label;
  const std::size_t hash = std::hash<std::string_view>()(
      std::string_view(reinterpret_cast<const char*>(snapshot.file.data()), snapshot.file.size()));
  const auto last = last_hashes_.find(topic);
  const bool is_known = last != last_hashes_.end() && last->second == hash;
  if (last != last_hashes_.end() || last_hashes_.size() < kTopics) last_hashes_[topic] = hash;
  return snapshot.is_retained && is_known;
}

MaybeError SnapshotQueue::CheckSize(std::size_t bytes) {
  if (bytes <= kFileBytes) return std::nullopt;
  return Error{ErrorCode::kTooLarge, "expected an image of at most " +
                                         std::to_string(kFileBytes >> 20) + " MiB, found " +
                                         std::to_string(bytes) + " bytes"};
}

MaybeError SnapshotQueue::Add(Snapshot snapshot) {
  if (cameras_.size() == kCameras && !cameras_.contains(snapshot.camera)) {
    return Error{ErrorCode::kTooLarge, "expected at most " + std::to_string(kCameras) +
                                           " cameras, found another: " + snapshot.camera};
  }
  if (IsKnown(snapshot)) return std::nullopt;
  Camera& camera = cameras_[snapshot.camera];
  Skip(camera);
  MakeRoom(snapshot.file.size());
  bytes_ += snapshot.file.size();
  camera.next = std::move(snapshot);
  return std::nullopt;
}

SnapshotQueue::Time SnapshotQueue::DueTime(const Camera& camera) const {
  return camera.looked_at ? *camera.looked_at + every_ : Time::min();
}

std::optional<Snapshot> SnapshotQueue::Pop(Time now) {
  Camera* first = nullptr;
  for (auto& [name, camera] : cameras_) {
    if (!camera.next || DueTime(camera) > now) continue;
    if (first == nullptr || DueTime(camera) < DueTime(*first)) first = &camera;
  }
  if (first == nullptr) return std::nullopt;
  bytes_ -= first->next->file.size();
  std::optional<Snapshot> snapshot = std::exchange(first->next, std::nullopt);
  snapshot->skipped = std::exchange(first->skipped, 0);
  first->looked_at = now;
  return snapshot;
}

std::optional<SnapshotQueue::Time> SnapshotQueue::NextDue() const {
  std::optional<Time> next;
  for (const auto& [name, camera] : cameras_) {
    if (camera.next) next = std::min(next.value_or(Time::max()), DueTime(camera));
  }
  return next;
}

}  // namespace edgevlm
