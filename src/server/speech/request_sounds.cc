#include "server/speech/request_sounds.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <system_error>
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
  if (reads_sound) return Decode(*file, where);
  unheard_.push_back(
      {.mark = std::make_shared<const Sound>(), .file = *std::move(file), .where = where});
  return {.sound = unheard_.back().mark};
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

void RequestSounds::Transcribe() {
  for (Unheard& unheard : unheard_) {
    if (!problem_) TranscribeOne(unheard);
  }
}

void RequestSounds::TranscribeOne(Unheard& unheard) {
  const auto heard = context_.transcripts()->TranscribeNow(
      {.file = std::move(unheard.file), .deadline = deadline_});
  if (!heard) {
    context_.metrics().OnRejected("queue_full");
    return Reject(
        {.status = 503, .message = "too many recordings are waiting", .code = "queue_full"},
        unheard.where);
  }
  const Result<Transcript>& transcript = *heard;
  if (!transcript) return RejectError(transcript.error(), unheard.where);
  unheard.text = PromptText(*transcript);
}

void RequestSounds::TranscribeBesideImages(ReplyRequest& request) {
  if (unheard_.empty() || problem_) return;
  std::atomic<bool> gives_up = false;
  const auto encode = [&] {
    try {
      context_.scheduler().EncodeAhead(
          request, [&] { return gives_up || std::chrono::steady_clock::now() >= deadline_; });
    } catch (const std::bad_alloc&) {  // the scheduler will say so
    }
  };
  std::future<void> images;
  try {
    images = std::async(std::launch::async, encode);
  } catch (const std::system_error&) {  // no thread is left: the scheduler encodes them
  }
  Transcribe();
  gives_up = problem_.has_value();
  if (images.valid()) images.get();
  PutTexts(request.messages);
}

void RequestSounds::PutTexts(std::vector<RequestMessage>& messages) const {
  for (RequestMessage& message : messages) {
    for (RequestPart& part : message.parts) {
      if (part.sound == nullptr) continue;
      const auto unheard = std::ranges::find(unheard_, part.sound, &Unheard::mark);
      if (unheard != unheard_.end()) part = {.text = unheard->text};
    }
  }
}

}  // namespace edgevlm
