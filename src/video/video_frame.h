// What is read from a video: its facts, and frames with their times.
#pragma once

#include <string>

#include "image/image.h"

namespace edgevlm {

struct VideoInfo {
  int width = 0;  // pixels of an upright frame as stored, at least 1
  int height = 0;
  double seconds = 0;            // as the file states it; 0: it does not
  double frames_per_second = 0;  // the mean, as the file states it; 0: it does not
  std::string codec = {};        // as FFmpeg names it, e.g. "h264"; "folder" for a folder of frames
  std::string decoder = {};      // as FFmpeg names it: "h264", or "h264_v4l2m2m" for a device
};

struct VideoFrame {
  double seconds = 0;  // since the first frame of the video
  Image image;         // upright and opaque
};

}  // namespace edgevlm
