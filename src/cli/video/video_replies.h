// VideoReplies: a reply about a video, printed as captions and answers are.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "cli/options.h"
#include "cli/output.h"
#include "cli/speech_input.h"
#include "cli/video/media.h"

namespace edgevlm {

struct VideoRequest {
  std::string path = {};
  std::string title = {};     // printed before the reply
  std::string question = {};  // empty: a caption
  VideoChoice choice = {};
  HeardSound sound = {};                 // the part of the prompt about what is heard
  std::optional<HeardTrack> heard = {};  // nothing: nobody has listened

  // Listens to the chosen part of the video, if there is a --whisper. file: its bytes, if the path
  // is "-". Errors: those of SpeechInput.
  MaybeError Hear(std::span<const std::byte> file, SpeechInput& speech, const Engine& engine,
                  const ModelOptions& model);
};

// One reply about all frames; from a model that reads one image per prompt, a reply about each
// frame, in a line with its time (captions of these know nothing of the sound). False when printing
// has failed. Errors: those of EncodeFrames and Session::Chat.
Result<bool> ReplyAboutVideo(const VideoRequest& request, const SelectedFrames& video,
                             const ReplyOptions& options, const ModelInfo& model, Session& session,
                             Output& output);

}  // namespace edgevlm
