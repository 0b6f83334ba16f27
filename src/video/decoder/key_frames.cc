#include "video/decoder/key_frames.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace edgevlm {

std::vector<double> KeyFrameTimes(AVFormatContext* format, const AVStream& stream,
                                  std::int64_t start) {
  // Matroska reads its index when it is sought in first. It has the times at which frames are
  // shown; others have those at which they are decoded, which are earlier by the frames that are
  // reordered.
  const bool is_matroska = std::string_view(format->iformat->name).starts_with("matroska");
  if (is_matroska) avformat_seek_file(format, stream.index, INT64_MIN, start, start, 0);
  const double reordered = is_matroska ? 0 : stream.codecpar->video_delay;
  // Half a frame later, the frame is shown for certain, however times are rounded.
  const double rate = stream.avg_frame_rate.den > 0 ? av_q2d(stream.avg_frame_rate) : 0;
  const double later = rate > 0 ? (reordered + 0.5) / rate : 0;
  std::vector<double> times;
  const int entries = avformat_index_get_entries_count(&stream);
  for (int i = 0; i < entries; ++i) {
    const AVIndexEntry* const entry = avformat_index_get_entry(const_cast<AVStream*>(&stream), i);
    if (entry == nullptr || (entry->flags & AVINDEX_KEYFRAME) == 0) continue;
    const auto ticks = static_cast<double>(entry->timestamp - start);
    times.push_back(std::max(0.0, ticks * av_q2d(stream.time_base) + later));
  }
  std::ranges::sort(times);
  return times;
}

void MoveToKeyFrames(const std::vector<double>& keys, FrameRequest& request) {
  double last = 0;
  for (double& time : request.times) {
    const auto after = std::ranges::lower_bound(keys, time);
    double nearest = -1;
    if (after != keys.end()) nearest = *after;
    if (after != keys.begin() && (nearest < 0 || time - *std::prev(after) < nearest - time)) {
      nearest = *std::prev(after);
    }
    const bool is_near = nearest >= 0 && std::abs(nearest - time) <= request.slack_seconds;
    const double moved = is_near ? nearest : time - request.slack_seconds;
    // Ascending still, and within what was asked for.
    time = std::max({last, moved, request.from_seconds});
    last = time;
  }
}

bool HasEnoughKeyFrames(const std::vector<double>& keys, const FrameRequest& request) {
  const auto from = std::ranges::lower_bound(keys, request.from_seconds);
  const auto to = std::ranges::upper_bound(keys, request.to_seconds);
  return to - from >= request.enough_key_frames;
}

}  // namespace edgevlm
