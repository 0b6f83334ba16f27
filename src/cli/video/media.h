// Media: what a command is to look at or listen to: an image, a video, or a sound.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "edgevlm/edgevlm.h"
#include "video/select/video_choice.h"

namespace edgevlm {

// --frames, --from, --to, --video-tokens and --software-decoder. video: must outlive the app.
void DeclareVideo(CLI::App& app, VideoChoice& video);
// --software-decoder alone.
void DeclareSoftwareDecoder(CLI::App& app, bool& is_software_only);

// How large the cache of encoded images must be: frames of videos are compared before they are
// shown, and a saved session (is_saved) needs to know its image. 0: images need none.
std::size_t ImageCacheFor(std::span<const std::string> paths, bool is_saved);

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
