// Media: what a command is to look at or listen to: an image, a video, or a sound.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "edgevlm/edgevlm.h"
#include "video/select/select_frames.h"

namespace edgevlm {

// Which frames of a video are shown, and how large.
struct VideoChoice {
  SelectorChoice selector = {};
  double from_seconds = 0;
  double to_seconds = std::numeric_limits<double>::infinity();
  int tokens = 0;  // of all frames at most; 0: those of kUsualFrames frames

  void Declare(CLI::App& app);
};

// Frames of a video without other options: each costs the decoder as much as a paragraph.
inline constexpr int kUsualFrames = 8;

struct Media {
  std::vector<std::byte> file;  // unless it is read by its path: a video or a folder
  std::optional<SelectedFrames> video;
  bool is_sound = false;  // a recording, or a file of a video's format without frames
};

// Reads a file, or the chosen frames of a video: a file, a folder of frames, or for "-"
// standard input. Errors, which name the path: those of ReadInput, OpenVideoFile, SelectFrames.
Result<Media> ReadMedia(const std::string& path, const VideoChoice& choice, const ModelInfo& model);

// Encodes the frames. Errors: those of Session::EncodeVideo.
Result<EncodedVideo> EncodeFrames(const SelectedFrames& video, const VideoChoice& choice,
                                  const ModelInfo& model, Session& session);

// What the model is asked for without a question.
inline constexpr const char* kDescribeVideo = "Describe the video.";

}  // namespace edgevlm
