#include "measure/ask_once.h"

#include <utility>

#include "video/select/video_choice.h"

namespace edgevlm {

Result<Reply> AskOnce(Session& session, const AskedOnce& request) {
  Message message;
  for (std::size_t i = 0; i < request.images.size(); ++i) {
    if (auto error = session.SetImage(request.images[i])) {
      if (request.names.empty()) return *error;
      return error->In(request.names[i]);
    }
    message.parts.push_back({.image = session.image()});
  }
  for (const Sound& sound : request.sounds) {
    auto encoded = session.EncodeSound(sound);
    if (!encoded) return encoded.error();
    message.parts.push_back({.image = std::move(encoded->embeddings)});
  }
  if (!request.frames.empty()) {
    Result<EncodedVideo> video = session.EncodeVideo(ViewsOf(request.frames));
    if (!video) return video.error();
    message.parts = std::move(video->parts);
  }
  if (request.images.size() == 1 && request.sounds.empty()) {
    return request.question.empty() ? session.Caption(request.decode)
                                    : session.Ask(request.question, request.decode);
  }
  if (!request.question.empty()) message.parts.push_back({.text = std::string(request.question)});
  return session.Chat({&message, 1}, request.decode);
}

}  // namespace edgevlm
