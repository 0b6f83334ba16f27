// OpenAI's API for sound: /v1/audio/transcriptions and /v1/audio/translations.
#include <chrono>
#include <utility>
#include <variant>

#include "server/api/endpoints.h"
#include "server/api/form.h"
#include "server/api/transcript_format.h"
#include "server/api_format.h"
#include "server/parse/fields.h"
#include "server/parse/multipart.h"
#include "server/unsupported_fields.h"

namespace edgevlm {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kRetryAfter = "10";  // seconds: recordings take longer than replies

struct TranscriptionRequest {
  std::string file;
  TranscribeOptions options;
  TranscriptFormat format = TranscriptFormat::kJson;
  bool streams = false;
};

// "whisper-1" is OpenAI's name of this model, which clients have built in.
void CheckSpeechModel(const ServerContext& context, Fields& fields) {
  const std::string name = fields.Text("model", "");
  if (name.empty() || name == "whisper-1" || name == context.transcriber_name()) return;
  fields.Reject("model", "expected '" + context.transcriber_name() + "', found another name",
                "model_not_found", 404);
}

// What is not in the reply, or not in time for it.
void RejectUnsupportedSpeech(Fields& fields) {
  RejectUnsupported(fields);
  for (const char* name : {"include", "include[]", "known_speaker_names[]"}) {
    if (fields.has(name)) fields.Reject(name, "not supported by this server", "unsupported");
  }
  for (const char* name : {"timestamp_granularities[]", "timestamp_granularities"}) {
    if (fields.Text(name, "segment") != "segment") {
      fields.Reject(name, "expected segment: words have no times", "unsupported");
    }
  }
  if (fields.Text("chunking_strategy", "auto") != "auto") {
    fields.Reject("chunking_strategy", "expected auto", "unsupported");
  }
}

std::variant<TranscriptionRequest, ApiError> ReadTranscription(const ServerContext& context,
                                                               const Request& request) {
  const auto boundary = FormBoundary(request.header("content-type"));
  if (!boundary) {
    return ApiError{.status = 415, .message = "Content-Type: expected multipart/form-data"};
  }
  auto form = ReadForm(request.body, *boundary);
  if (!form) return ToApiError(form.error());
  Problem problem;
  Fields fields(form->fields, "", problem);
  CheckSpeechModel(context, fields);
  RejectUnsupportedSpeech(fields);
  TranscriptionRequest read;
  read.options.language = fields.Text("language", "");
  read.options.prompt = fields.Text("prompt", "");
  read.options.temperature = static_cast<float>(fields.Number("temperature", {0, 1}, 0));
  read.streams = fields.Bool("stream", false);
  const auto format = FindTranscriptFormat(fields.Text("response_format", "json"));
  if (!format) {
    fields.Reject("response_format", "expected json, text, srt, verbose_json or vtt");
  } else if (read.streams && *format != TranscriptFormat::kJson &&
             *format != TranscriptFormat::kText) {
    fields.Reject("response_format", "expected json or text for a stream");
  }
  if (form->files.size() != 1) {
    fields.Reject("file", "expected one sound file, found " + std::to_string(form->files.size()));
  }
  if (problem) return *std::move(problem);
  read.format = *format;
  read.file = std::move(form->files.front());
  return read;
}

// Sends one transcript as its request asked for it. Threads: one at a time.
class TranscriptSender {
 public:
  TranscriptSender(ServerContext& context, std::shared_ptr<ResponseWriter> writer,
                   const TranscriptionRequest& request, Clock::time_point deadline)
      : context_(context),
        writer_(std::move(writer)),
        format_(request.format),
        is_translation_(request.options.translate),
        streams_(request.streams),
        deadline_(deadline) {}

  // The stream starts with its first segment, so that a file that is no sound gets its status.
  bool OnSegment(const TranscriptSegment& segment) {
    if (!streams_) return true;
    const bool is_first = !has_started_;
    StartStream();
    Write(TranscriptDelta(segment, is_first));
    return true;
  }

  void OnEnd(const Result<Transcript>& transcript) {
    if (!transcript) return SendError(transcript.error());
    if (!streams_) return writer_->Send(WholeTranscript(*transcript, format_, is_translation_));
    StartStream();
    Write(TranscriptDone(*transcript));
    Write("[DONE]");
    writer_->EndStream();
  }

 private:
  void StartStream() {
    if (std::exchange(has_started_, true)) return;
    writer_->StartStream(StreamHead(Framing::kEvents), KeepAliveComment(Framing::kEvents));
  }

  void Write(const std::string& payload) { writer_->Write(Frame(Framing::kEvents, payload)); }

  void SendError(const Error& error) {
    ApiError api_error = ToApiError(error);
    if (error.code == ErrorCode::kCancelled) {
      const bool is_late = Clock::now() >= deadline_;
      api_error.status = is_late ? 504 : 503;
      context_.metrics().OnCancelled(is_late ? "timeout" : "client");
    } else {
      api_error.param = error.message.starts_with("language:") ? "language" : "file";
    }
    if (!has_started_) return writer_->Send(OpenAiError(api_error));
    Write(OpenAiErrorBody(api_error));
    writer_->EndStream();
  }

  ServerContext& context_;
  const std::shared_ptr<ResponseWriter> writer_;
  const TranscriptFormat format_;
  const bool is_translation_;
  const bool streams_;
  const Clock::time_point deadline_;
  bool has_started_ = false;
};

void Start(ServerContext& context, const Request& request, bool is_translation,
           const std::shared_ptr<ResponseWriter>& writer) {
  if (context.transcripts() == nullptr) {
    return writer->Send(OpenAiError(
        {.status = 404,
         .message = "model: this server has none for sound (edgevlm serve --whisper FILE)",
         .param = "model",
         .code = "model_not_found"}));
  }
  auto read = ReadTranscription(context, request);
  if (const auto* error = std::get_if<ApiError>(&read)) return writer->Send(OpenAiError(*error));
  auto& wanted = std::get<TranscriptionRequest>(read);
  wanted.options.translate = is_translation;
  const auto deadline = Clock::now() + context.rules()->limits.time;
  const auto sender = std::make_shared<TranscriptSender>(context, writer, wanted, deadline);
  wanted.options.on_segment = [sender](const TranscriptSegment& segment) {
    return sender->OnSegment(segment);
  };
  const auto number = context.transcripts()->Submit(
      {.file = std::move(wanted.file),
       .options = std::move(wanted.options),
       .deadline = deadline,
       .on_end = [sender](const Result<Transcript>& transcript) { sender->OnEnd(transcript); }});
  if (!number) {
    context.metrics().OnRejected("queue_full");
    const int waiting = context.transcripts()->waiting();
    return writer->Send(OpenAiError(
        {.status = 503,
         .message = "queue: full: " + std::to_string(waiting) + " recordings are waiting",
         .code = "queue_full",
         .headers = {{"Retry-After", kRetryAfter}}}));
  }
  writer->OnDisconnect([&context, number = *number] { context.transcripts()->Cancel(number); });
}

}  // namespace

void StartTranscription(ServerContext& context, Request request,
                        std::shared_ptr<ResponseWriter> writer) {
  Start(context, request, /*is_translation=*/false, writer);
}

void StartTranslation(ServerContext& context, Request request,
                      std::shared_ptr<ResponseWriter> writer) {
  Start(context, request, /*is_translation=*/true, writer);
}

}  // namespace edgevlm
