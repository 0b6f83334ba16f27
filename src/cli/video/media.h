// Media: what a command is to look at or listen to: an image, a video, or a sound.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "edgevlm/edgevlm.h"
#include "video/select/video_choice.h"

namespace edgevlm {

// --frames, --from, --to and --video-tokens. video: must outlive the app.
void DeclareVideo(CLI::App& app, VideoChoice& video);

// Of the cache of encoded images of commands that choose frames: what has been compared is shown.
inline constexpr std::size_t kFrameCacheBytes = std::size_t{256} << 20;

struct Media {
  std::vector<std::byte> file;  // unless it is read by its path: a video or a folder
  std::optional<SelectedFrames> video;
  bool is_sound = false;  // a recording, or a file of a video's format without frames
};

// Reads a file, an image of a camera, or the chosen frames of a video: a file, a folder of frames,
// or for "-" standard input. question: that frames are chosen for; empty: none. Errors, which name
// the path: those of ReadInput, OpenVideoFile, TakeImage, SelectFrames.
Result<Media> ReadMedia(const std::string& path, const VideoChoice& choice, const Engine& engine,
                        const std::string& question);

// Encodes the frames. Errors: those of Session::EncodeVideo.
Result<EncodedVideo> EncodeFrames(const SelectedFrames& video, const VideoChoice& choice,
                                  const ModelInfo& model, Session& session);

// What the model is asked for without a question.
inline constexpr const char* kDescribeVideo = "Describe the video.";

}  // namespace edgevlm
