#include "server/answer.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/stopwatch.h"
#include "edgevlm/count_tokens.h"
#include "server/random_id.h"
#include "server/reply_fields.h"
#include "server/tools/call_parser.h"
#include "server/video/frame_replies.h"

namespace edgevlm {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kRetryAfterSeconds = "2";

void BeginStream(const Submission& submission, ResponseWriter& writer, int prompt_tokens) {
  writer.StartStream(StreamHead(submission.framing), KeepAliveComment(submission.framing));
  for (const std::string& payload : submission.api_format->StreamStart(prompt_tokens)) {
    if (!payload.empty()) writer.Write(Frame(submission.framing, payload));
  }
}

// Before there is a reply.
void Reject(const Submission& submission, ResponseWriter& writer, const ApiError& error) {
  if (!submission.has_begun) return writer.Send(submission.api_format->ErrorReply(error));
  writer.Write(Frame(submission.framing, submission.api_format->StreamError(error)));
  writer.EndStream();
}

ApiError QueueFull(ServerContext& context, int waiting, const char* what) {
  context.metrics().OnRejected("queue_full");
  return {.status = 503,
          .message = "queue: full: " + std::to_string(waiting) + " " + what + " are waiting",
          .code = "queue_full",
          .headers = {{"Retry-After", kRetryAfterSeconds}}};
}

// Cancels a request whose client has gone, wherever it is. Threads: any.
class Cancellation {
 public:
  explicit Cancellation(Scheduler& scheduler) : scheduler_(scheduler) {}

  void Cancel() {
    is_cancelled_ = true;
    scheduler_.Cancel(number_);
  }
  // The request, or the next of its parts, has this number.
  void SetNumber(std::uint64_t number) {
    number_ = number;
    if (is_cancelled_) scheduler_.Cancel(number);
  }
  bool is_cancelled() const { return is_cancelled_; }

 private:
  Scheduler& scheduler_;
  std::atomic<bool> is_cancelled_ = false;
  std::atomic<std::uint64_t> number_ = 0;  // 0: of no request
};

class ReplySender final : public ReplyListener {
 public:
  // fetch_ms: as in the request, which is submitted next. prompt_tokens: of it.
  ReplySender(ServerContext& context, Submission submission, std::shared_ptr<ResponseWriter> writer,
              Clock::time_point deadline, double fetch_ms, int prompt_tokens)
      : context_(context),
        submission_(std::move(submission)),
        writer_(std::move(writer)),
        deadline_(deadline),
        fetch_ms_(fetch_ms),
        prompt_tokens_(prompt_tokens) {
    if (submission_.tools.tools.empty()) return;
    for (ToolReply& reply : tool_replies_) {
      reply.parser.emplace(submission_.tools.form, submission_.tools.tools);
    }
  }

  void OnAccepted(int waiting_before) override {
    if (!submission_.streams) return;
    if (!submission_.has_begun) BeginStream(submission_, *writer_, prompt_tokens_);
    if (waiting_before > 0) {
      OnProgress({.stage = RequestStage::kQueue, .done = 0, .total = waiting_before});
    }
  }

  void OnProgress(const Progress& progress) override {
    if (submission_.streams && submission_.shows_progress) {
      Write(submission_.api_format->ProgressChunk(progress));
    }
  }

  void OnText(const TextPiece& piece) override {
    const auto now = Clock::now();
    if (last_text_) {
      context_.metrics().OnToken(std::chrono::duration<double>(now - *last_text_).count());
    }
    last_text_ = now;
    ToolReply& tools = ToolReplyOf(piece.reply);
    if (tools.parser) return ShowParsed(piece.reply, tools.parser->Add(piece.text));
    if (submission_.streams) WriteAll(submission_.api_format->TextChunks(piece));
  }

  void OnEnd(const Result<RequestReply>& reply) override {
    if (!reply) return SendError(reply.error());
    context_.metrics().OnReply(*reply);
    WriteSpan(200, &*reply);
    if (tool_replies_[0].parser) return EndWith(WithoutCalls(*reply));
    EndWith(*reply);
  }

  void SendError(const Error& error) {
    ApiError api_error = ToApiError(error);
    if (error.code == ErrorCode::kCancelled) {
      const bool is_late = Clock::now() >= deadline_;
      api_error.status = is_late ? 504 : 503;
      context_.metrics().OnCancelled(is_late ? "timeout" : "client");
    }
    WriteSpan(api_error.status, nullptr);
    if (!submission_.streams) return writer_->Send(submission_.api_format->ErrorReply(api_error));
    Write(submission_.api_format->StreamError(api_error));
    writer_->EndStream();
  }

  // Submit did not accept the request.
  void RejectQueueFull() {
    WriteSpan(503, nullptr);
    Reject(submission_, *writer_,
           QueueFull(context_, context_.scheduler().stats().waiting, "requests"));
  }

 private:
  // One of the replies, of a request with tools.
  struct ToolReply {
    std::optional<ToolCallParser> parser;
    std::string text;  // without calls
  };

  ToolReply& ToolReplyOf(int reply) { return tool_replies_[static_cast<std::size_t>(reply)]; }

  void ShowParsed(int reply, ToolCallParser::Output parsed) {
    if (!parsed.text.empty()) {
      ToolReplyOf(reply).text += parsed.text;
      // How its tokens were chosen is known, but not which of them were of a call: at the end.
      const TextPiece piece = {.text = parsed.text, .reply = reply};
      if (submission_.streams) WriteAll(submission_.api_format->TextChunks(piece));
    }
    for (ToolCall& call : parsed.calls) {
      call.id = "call_" + RandomId();
      const auto payloads = submission_.api_format->CallChunks(reply, call);
      if (submission_.streams) WriteAll(payloads);
    }
  }

  // The replies with the texts that are not calls.
  RequestReply WithoutCalls(RequestReply request) {
    for (int i = 0; i < CountReplies(request); ++i) {
      ToolReply& tools = ToolReplyOf(i);
      ShowParsed(i, tools.parser->Finish());
      Reply& reply = i == 0 ? request.reply : request.others[static_cast<std::size_t>(i) - 1];
      reply.text = tools.text;
    }
    return request;
  }

  void EndWith(const RequestReply& reply) {
    if (!submission_.streams) return writer_->Send(submission_.api_format->WholeReply(reply));
    WriteAll(submission_.api_format->StreamEnd(reply));
    writer_->EndStream();
  }

  void WriteAll(const std::vector<std::string>& payloads) {
    for (const std::string& payload : payloads) Write(payload);
  }

  void Write(const std::string& payload) {
    if (!payload.empty()) writer_->Write(Frame(submission_.framing, payload));
  }

  // Before the reply ends, so that who has read it finds its span. status: of an error in the
  // middle of a stream, what it would have been without.
  void WriteSpan(int status, const RequestReply* reply) const {
    if (context_.spans() == nullptr) return;
    context_.spans()->Write({.origin = submission_.origin,
                             .model = context_.model_name(),
                             .submit_ns = submit_ns_,
                             .duration_ms = since_submit_.Milliseconds(),
                             .fetch_ms = fetch_ms_,
                             .status = status,
                             .reply = reply});
  }

  ServerContext& context_;
  const Submission submission_;
  const std::shared_ptr<ResponseWriter> writer_;
  const Clock::time_point deadline_;
  const double fetch_ms_;
  const int prompt_tokens_;
  const std::int64_t submit_ns_ = std::chrono::duration_cast<std::chrono::nanoseconds>(
                                      std::chrono::system_clock::now().time_since_epoch())
                                      .count();
  const Stopwatch since_submit_;
  std::optional<Clock::time_point> last_text_;
  std::array<ToolReply, kMaxReplies> tool_replies_;
};

// Whether the last message is the assistant's, so that the reply continues it. System messages do
// not count.
bool ContinuesReply(const ReplyRequest& request) {
  const auto has_content = [](const RequestMessage& message) {
    return message.role != Role::kSystem &&
           std::ranges::any_of(message.parts, [](const RequestPart& part) {
             return !part.text.empty() || part.image != nullptr || part.encoded != nullptr ||
                    part.video != nullptr || part.sound != nullptr;
           });
  };
  const auto last = std::find_if(request.messages.rbegin(), request.messages.rend(), has_content);
  return last != request.messages.rend() && last->role == Role::kAssistant;
}

// The tokens of the prompt. Rejects what cannot be answered before it is queued or a stream is
// started.
std::variant<int, ApiError> CheckRequest(const Engine& engine, const ReplyRequest& request) {
  if (request.decode.grammar != nullptr && ContinuesReply(request)) {
    return ApiError{
        .message =
            "messages: expected no partial reply of the assistant together with a response format",
        .param = "messages",
        .code = "unsupported"};
  }
  const Result<int> tokens =
      CountPromptTokens(engine, request.messages, request.image_limits, request.template_inputs);
  const int context_tokens = engine.info().context_tokens;
  if (tokens && *tokens < context_tokens) return *tokens;
  if (!tokens && tokens.error().code != ErrorCode::kTooLarge) return ToApiError(tokens.error());
  // OpenAI's clients know the code; clients of llama.cpp's server know the type and n_ctx.
  ApiError error = {
      .message = tokens ? "messages: expected at most " + std::to_string(context_tokens - 1) +
                              " tokens (the maximum context length is " +
                              std::to_string(context_tokens) + "), found " + std::to_string(*tokens)
                        : tokens.error().message,
      .param = "messages",
      .code = "context_length_exceeded",
      .type = "exceed_context_size_error",
      .stats = {{"n_ctx", context_tokens}}};
  if (tokens) error.stats["n_prompt_tokens"] = *tokens;
  return error;
}

// Replies of one conversation that a frame-by-frame request cannot have.
bool AsksForOneReply(const Submission& submission) {
  const ReplyRequest& request = submission.request;
  return request.replies > 1 || request.decode.grammar != nullptr ||
         request.decode.alternatives.has_value() || !submission.tools.tools.empty();
}

std::shared_ptr<VideoSummary> SummaryOf(const Submission& submission,
                                        const std::shared_ptr<const RequestVideo>& video) {
  for (const PendingVideo& pending : submission.videos) {
    if (pending.video == video) return pending.summary;
  }
  return nullptr;
}

// The frames of its videos have been chosen.
void Submit(ServerContext& context, Submission submission,
            const std::shared_ptr<ResponseWriter>& writer,
            const std::shared_ptr<Cancellation>& cancellation) {
  const auto video = FrameByFrameVideo(context.engine().info(), submission.request);
  if (video != nullptr && AsksForOneReply(submission)) {
    return Reject(submission, *writer,
                  {.message = "video: this model reads one image per prompt and replies about each "
                              "frame: expected no response format, tools, log probabilities or "
                              "further replies",
                   .param = "messages",
                   .code = "unsupported"});
  }
  const auto checked = CheckRequest(
      context.engine(),
      video == nullptr ? submission.request : RequestAboutFrame(submission.request, *video, 0));
  if (const auto* error = std::get_if<ApiError>(&checked)) {
    return Reject(submission, *writer, *error);
  }
  const auto deadline = submission.request.deadline;
  ReplyRequest request = std::move(submission.request);
  auto summary = SummaryOf(submission, video);
  auto sender = std::make_shared<ReplySender>(context, std::move(submission), writer, deadline,
                                              request.fetch_ms, std::get<int>(checked));
  if (video != nullptr) {
    const auto frames = std::make_shared<FrameReplies>(
        context.scheduler(), std::move(request), video, std::move(summary), sender,
        [cancellation](std::uint64_t number) { cancellation->SetNumber(number); });
    if (!frames->SubmitNext()) sender->RejectQueueFull();
    return;
  }
  const auto number = context.scheduler().Submit(std::move(request), sender);
  if (!number) return sender->RejectQueueFull();
  cancellation->SetNumber(*number);
}

// What the user asked last.
std::string QuestionOf(const ReplyRequest& request) {
  const auto last = std::find_if(request.messages.rbegin(), request.messages.rend(),
                                 [](const auto& message) { return message.role == Role::kUser; });
  std::string question;
  if (last == request.messages.rend()) return question;
  for (const RequestPart& part : last->parts) {
    if (!part.text.empty()) question += part.text + " ";
  }
  return question;
}

// The frames are chosen on another thread. A stream that shows progress begins before that.
void AnswerAfterVideos(ServerContext& context, Submission submission,
                       const std::shared_ptr<ResponseWriter>& writer,
                       const std::shared_ptr<Cancellation>& cancellation) {
  auto shared = std::make_shared<Submission>(std::move(submission));
  const auto choose = [&context, shared, writer, cancellation] {
    const auto show = [&](int done) {
      if (!shared->has_begun) return;
      const Progress progress = {.stage = RequestStage::kVideos,
                                 .done = done,
                                 .total = static_cast<int>(shared->videos.size())};
      writer->Write(Frame(shared->framing, shared->api_format->ProgressChunk(progress)));
    };
    const auto is_cancelled = [&] {
      return cancellation->is_cancelled() || context.video_tasks().stopping() ||
             Clock::now() >= shared->request.deadline;
    };
    std::optional<ApiError> error;
    try {
      if (shared->streams && shared->shows_progress) {
        BeginStream(*shared, *writer, 0);
        shared->has_begun = true;
        show(0);
      }
      error = ChooseFrames(context.engine(), shared->videos,
                           {.choice = shared->video_choice,
                            .question = QuestionOf(shared->request),
                            .scope = shared->request.scope,
                            .most_bytes = context.rules()->limits.body_bytes,
                            .is_cancelled = is_cancelled,
                            .on_video = show});
    } catch (const std::bad_alloc&) {
      error = ApiError{.status = 503, .message = "video: expected enough memory, found none left"};
    }
    if (error) return Reject(*shared, *writer, *error);
    Submit(context, std::move(*shared), writer, cancellation);
  };
  if (context.video_tasks().Add(choose)) return;
  Reject(*shared, *writer, QueueFull(context, static_cast<int>(kMaxVideoTasks), "videos"));
}

}  // namespace

RequestOrigin OriginOf(const Request& head) {
  return {.method = head.method,
          .route = head.path,
          .caller = ParseTraceparent(head.header("traceparent"))};
}

void MoveVideos(RequestImages& images, const VideoChoice& choice, Submission& submission,
                ReplyMetadata& metadata) {
  submission.videos = images.MoveVideos();
  submission.video_choice = choice;
  for (const PendingVideo& video : submission.videos) metadata.videos.push_back(video.summary);
}

void Answer(ServerContext& context, Submission submission, std::shared_ptr<ResponseWriter> writer) {
  submission.request.deadline = Clock::now() + context.rules()->limits.time;
  auto cancellation = std::make_shared<Cancellation>(context.scheduler());
  writer->OnDisconnect([cancellation] { cancellation->Cancel(); });
  if (submission.videos.empty()) {
    return Submit(context, std::move(submission), writer, cancellation);
  }
  AnswerAfterVideos(context, std::move(submission), writer, cancellation);
}

}  // namespace edgevlm
