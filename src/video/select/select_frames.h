// Reads the frames of a video that a selector chooses.
#pragma once

#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "video/select/frame_selector.h"
#include "video/video_source.h"

namespace edgevlm {

// How the model that is shown the frames compares them. Both functions take frames that follow each
// other in time and return a number for each, or for each pair.
struct FrameJudge {
  using Compare = std::function<Result<std::vector<float>>(std::span<const VideoFrame>)>;

  Compare fits = {};      // the question; empty: there is none. No numbers: it looks for nothing
  Compare likeness = {};  // how alike to the one before, at most 1; empty: unknown
  bool in_pairs = false;
  bool may_choose = false;  // auto may compare more frames with the question than are shown
};

struct SelectionOptions {
  SelectorChoice selector = {};
  double from_seconds = 0;
  double to_seconds = std::numeric_limits<double>::infinity();
  int budget_frames = 8;              // of selectors without a number of their own
  double most_frames_per_second = 0;  // of auto: more than a model was trained with; 0: any
  int max_side = 1280;                // pixels of a frame
  int threads = 2;
  FrameJudge judge = {};
};

// How many frames SelectFrames may hold at once.
int MostFramesAtOnce(const SelectionOptions& options);

struct SelectedFrames {
  VideoInfo info;
  double seconds = 0;       // how long the video is, as far as it is known
  std::string selector;     // that chose: not "auto"
  int near_duplicates = 0;  // left out
  std::vector<VideoFrame> frames;
};

// Selectors that look at frames first do it at most 8 times a second, and at most 240 times. Frames
// that look like the one before them are left out, unless their number or rate was asked for.
// Of query, the best of up to 48 frames that scene chooses; where the question looks for nothing,
// those of scene.
// Errors: those of the source and of the judge; kInvalid (from is behind the end of the video, or
// behind to; query without a question); kCorrupt (no frame could be decoded).
Result<SelectedFrames> SelectFrames(const VideoSource& source, const SelectionOptions& options);

}  // namespace edgevlm
