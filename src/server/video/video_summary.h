// VideoSummary: what a reply reports about a video.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace edgevlm {

struct VideoSummary {
  struct Frame {
    double seconds = 0;
    std::string text = {};  // the reply about it alone; empty if there is one about all
  };

  double seconds = 0;       // of the whole video
  std::string selector;     // that chose the frames
  int near_duplicates = 0;  // left out
  std::vector<Frame> frames;
};

// {"seconds", "selector", "near_duplicates", "frames": [{"seconds", "text"}]}, seconds to
// milliseconds, "text" if it is not empty.
nlohmann::json ToJson(const VideoSummary& video);

}  // namespace edgevlm
