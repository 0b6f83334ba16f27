#include "server/video/video_summary.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace edgevlm {
namespace {

double ToMilliseconds(double seconds) {
  constexpr double kPerSecond = 1000;
  return std::round(seconds * kPerSecond) / kPerSecond;
}

}  // namespace

nlohmann::json ToJson(const VideoSummary& video) {
  nlohmann::json frames = nlohmann::json::array();
  for (const VideoSummary::Frame& frame : video.frames) {
    frames.push_back({{"seconds", ToMilliseconds(frame.seconds)}});
    if (!frame.text.empty()) frames.back()["text"] = frame.text;
  }
  return {{"seconds", ToMilliseconds(video.seconds)},
          {"selector", video.selector},
          {"near_duplicates", video.near_duplicates},
          {"frames", std::move(frames)}};
}

}  // namespace edgevlm
