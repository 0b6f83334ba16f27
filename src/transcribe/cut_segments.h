// CutSegments: cuts the tokens of a window at their times.
#pragma once

#include <span>
#include <vector>

#include "transcribe/speech_tokens.h"

namespace edgevlm {

struct WindowSegments {
  struct Segment {
    double start_s = 0;  // from the start of the window
    double end_s = 0;
    std::vector<int> tokens;  // with its times
  };

  std::vector<Segment> segments;
  double next_s = 0;  // where the next window starts: 1 s on, at least, or at the end
};

// sampled: without the end. window_s: seconds of sound in the window. The next window starts at the
// last time if a text follows it, which is not complete, else behind this one.
WindowSegments CutSegments(const SpeechTokens& tokens, std::span<const int> sampled,
                           double window_s);

}  // namespace edgevlm
