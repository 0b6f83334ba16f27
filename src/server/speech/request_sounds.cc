#include "server/speech/request_sounds.h"

#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "base/base64.h"
#include "server/parse/data_uri.h"
#include "transcribe/subtitles/prompt_text.h"

namespace edgevlm {
namespace {

// Of all recordings in a request, so that files which say little and unpack to much stay bounded.
constexpr std::size_t kMostSamples = std::size_t{1800} * 16'000;

std::optional<std::string> FileOf(const std::string& text) {
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
  const bool reads_sound = !context_.engine().info().sound_projector.empty();
  if (!reads_sound && context_.transcripts() == nullptr) {
    part.Reject("input_audio",
                "this model reads no sound: expected a server with --whisper FILE, found none",
                "unsupported");
    return {};
  }
  Fields fields(*object, part.PathOf("input_audio"), problem_);
  std::optional<std::string> file = FileOf(fields.Text("data", ""));
  if (!file || file->empty()) {
    fields.Reject("data", "expected base64 text of a recording");
    return {};
  }
  if (problem_) return {};
  const std::string where = fields.PathOf("data");
  return reads_sound ? Decode(*file, where) : Hear(*std::move(file), where);
}

RequestPart RequestSounds::Decode(const std::string& file, const std::string& where) {
  Result<Sound> sound =
      context_.engine().ReadSound({.file = std::as_bytes(std::span(file)), .is_cancelled = [this] {
                                     return std::chrono::steady_clock::now() >= deadline_;
                                   }});
  if (!sound) {
    RejectError(sound.error(), where);
    return {};
  }
  samples_ += sound->samples.size();
  if (samples_ > kMostSamples) {
    Reject({.message = "expected at most 1800 s of recordings in all, found more"}, where);
    return {};
  }
  return {.sound = std::make_shared<const Sound>(*std::move(sound))};
}

void RequestSounds::RejectError(const Error& error, const std::string& where) {
  ApiError shown = ToApiError(error);
  if (error.code == ErrorCode::kCancelled) shown.status = 504;
  Reject(std::move(shown), where);
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
  RejectError(result.error(), where);
  return {};
}

}  // namespace edgevlm
