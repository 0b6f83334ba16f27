#include "server/speech/request_sounds.h"

#include <optional>
#include <utility>

#include "base/base64.h"
#include "server/parse/data_uri.h"
#include "transcribe/subtitles/prompt_text.h"

namespace edgevlm {
namespace {

std::optional<std::string> Decode(const std::string& text) {
  if (!IsDataUri(text)) return DecodeBase64(text);
  auto file = DecodeDataUri(text);
  return file ? std::optional(*std::move(file)) : std::nullopt;
}

}  // namespace

RequestPart RequestSounds::Read(Fields& part) {
  const Json* object = part.Any("input_audio");
  if (object == nullptr) {
    part.Reject("input_audio", "expected a recording, found none");
    return {};
  }
  if (context_.transcripts() == nullptr) {
    part.Reject("input_audio",
                "this model reads no sound: expected a server with --whisper FILE, found none",
                "unsupported");
    return {};
  }
  Fields fields(*object, part.PathOf("input_audio"), problem_);
  std::optional<std::string> file = Decode(fields.Text("data", ""));
  if (!file || file->empty()) {
    fields.Reject("data", "expected base64 text of a recording");
    return {};
  }
  if (problem_) return {};
  return Hear(*std::move(file), fields.PathOf("data"));
}

void RequestSounds::Reject(ApiError error, const std::string& where) {
  if (problem_) return;
  error.message = where + ": " + error.message;
  error.param = where;
  problem_ = std::move(error);
}

RequestPart RequestSounds::Hear(std::string file, const std::string& where) {
  const auto heard =
      context_.transcripts()->TranscribeNow({.file = std::move(file), .deadline = deadline_});
  if (!heard) {
    context_.metrics().OnRejected("queue_full");
    Reject({.status = 503, .message = "too many recordings are waiting", .code = "queue_full"},
           where);
    return {};
  }
  const Result<Transcript>& result = *heard;
  if (result) return {.text = PromptText(*result)};
  ApiError error = ToApiError(result.error());
  if (result.error().code == ErrorCode::kCancelled) error.status = 504;
  Reject(std::move(error), where);
  return {};
}

}  // namespace edgevlm
