// FrameRequest: which frames of a video are wanted, and how large.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "image/image.h"

namespace edgevlm {

// Limits of what a video may ask of this machine. A frame is decoded whole, whatever size is
// wanted: 8K with the codecs of today fits.
struct VideoLimits {
  static constexpr int kSide = 8192;
  static constexpr std::int64_t kPixels = 36'000'000;
  static constexpr int kWantedSide = 4096;       // of a frame that is sent
  static constexpr std::size_t kTimes = 10'000;  // of one request
};

struct FrameRequest {
  double from_seconds = 0;
  double to_seconds = std::numeric_limits<double>::infinity();
  // One frame at a time of each of these, in ascending order: the frame that is shown then. Empty:
  // frames in their order, at least every_seconds apart (0: all of them).
  std::vector<double> times = {};
  double every_seconds = 0;
  // A frame of `times` may be this much earlier or later. One that can be decoded alone (a key
  // frame) is taken if there is one, else the first: the others need all frames before them.
  double slack_seconds = 0;
  // Key frames alone, if the file lists so many of them in the range; else all frames, or none.
  int enough_key_frames = 0;  // 0: all frames
  bool all_otherwise = true;
  bool wants_frames = true;  // else the facts alone
  int max_side = 1280;       // pixels; larger frames are scaled down to it
  // For statistics of frames: skips frames that no other one refers to, and the filter that smooths
  // the edges of blocks. Costs about half.
  bool is_rough = false;
  int threads = 2;  // that decode
};

// The size at which a frame of this size, in pixels as shown, is sent: at most max_side.
// REQUIRES: sides >= 1.
ImageSize SizeToSend(double width, double height, int max_side);

// The request as arguments of the program that decodes, and back. Errors: kInvalid. Those after the
// first come as text: each with a line end behind it, and kRequestEnd at the end.
inline constexpr char kRequestEnd = '\0';
std::vector<std::string> ToArguments(const FrameRequest& request);
Result<FrameRequest> ParseArguments(std::span<const char* const> arguments);

}  // namespace edgevlm
