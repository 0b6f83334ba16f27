// VideoChoice: which frames of a video a request is shown, and how large.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "edgevlm/edgevlm.h"
#include "video/select/select_frames.h"

namespace edgevlm {

// Frames of a video without other options: each costs the decoder as much as a paragraph.
inline constexpr int kUsualFrames = 8;

struct VideoChoice {
  SelectorChoice selector = {};
  double from_seconds = 0;
  double to_seconds = std::numeric_limits<double>::infinity();
  int tokens = 0;                 // of all frames at most; 0: those of kUsualFrames frames
  bool is_software_only = false;  // no device of the machine decodes
};

// What SelectFrames is to choose for this model.
SelectionOptions SelectionFor(const VideoChoice& choice, const ModelInfo& model);

// How many frames it chooses at most.
int FramesAtMost(const VideoChoice& choice, const ModelInfo& model);

// How so many frames of a video of this length are to be encoded.
VideoOptions EncodingFor(const VideoChoice& choice, const ModelInfo& model, std::size_t frames,
                         double video_seconds);

// The frames, which must live as long, for Session::EncodeVideo.
std::vector<FrameView> ViewsOf(std::span<const VideoFrame> frames);

}  // namespace edgevlm
