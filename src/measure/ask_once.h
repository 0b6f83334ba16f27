// AskOnce: one request about any number of images and sounds, as commands make it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "edgevlm/edgevlm.h"
#include "video/video_frame.h"

namespace edgevlm {

struct AskedOnce {
  std::span<const std::vector<std::byte>> images;  // files
  std::span<const std::string> names = {};         // of the images, for errors; may be empty
  std::span<const Sound> sounds = {};              // after the images
  std::span<const VideoFrame> frames = {};         // of a video, in place of all these
  std::string_view question = {};                  // empty: a caption
  DecodeOptions decode = {};
};

// An image by itself is asked about as `edgevlm ask` does; several, and none, in one message,
// as are frames of a video.
// Errors: those of Session.
Result<Reply> AskOnce(Session& session, const AskedOnce& request);

}  // namespace edgevlm
