// Key frames: those that can be decoded alone.
#pragma once

#include <cstdint>
#include <vector>

#include "video/decoder/ffmpeg.h"
#include "video/frame_request.h"

namespace edgevlm {

// Times at which a track's key frames are shown, ascending, as far as the file's index lists them.
// start: ticks at 0 seconds. Moves where the file is read.
std::vector<double> KeyFrameTimes(AVFormatContext* format, const AVStream& stream,
                                  std::int64_t start);

// Moves the request's times to what costs least to decode, within its slack.
void MoveToKeyFrames(const std::vector<double>& keys, FrameRequest& request);

// Whether there are as many as the request asks for in its range.
bool HasEnoughKeyFrames(const std::vector<double>& keys, const FrameRequest& request);

}  // namespace edgevlm
