// VideoReplies: a reply about a video, printed as captions and answers are.
#pragma once

#include <string>

#include "cli/options.h"
#include "cli/output.h"
#include "cli/video/media.h"

namespace edgevlm {

struct VideoRequest {
  std::string path = {};
  std::string title = {};     // printed before the reply
  std::string question = {};  // empty: a caption
  VideoChoice choice = {};
};

// One reply about all frames; from a model that reads one image per prompt, a reply about each
// frame, in a line with its time. False when printing has failed. Errors: those of EncodeFrames and
// Session::Chat.
Result<bool> ReplyAboutVideo(const VideoRequest& request, const SelectedFrames& video,
                             const ReplyOptions& options, const ModelInfo& model, Session& session,
                             Output& output);

}  // namespace edgevlm
