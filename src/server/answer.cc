#include "server/answer.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "edgevlm/count_tokens.h"

namespace edgevlm {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kRetryAfterSeconds = "2";

class Answering final : public ReplyListener {
 public:
  Answering(ServerContext& context, Ask ask, std::shared_ptr<ResponseWriter> writer,
            Clock::time_point deadline)
      : context_(context), ask_(std::move(ask)), writer_(std::move(writer)), deadline_(deadline) {}

  void OnAccepted(int place) override {
    if (!ask_.streams) return;
    writer_->Begin(StreamHead(ask_.framing), KeepAliveComment(ask_.framing));
    Write(ask_.api_format->Begin());
    if (place > 0) OnProgress({.stage = RequestStage::kQueue, .done = 0, .total = place});
  }

  void OnProgress(const Progress& progress) override {
    if (ask_.streams && ask_.shows_progress) Write(ask_.api_format->Progressed(progress));
  }

  void OnText(std::string_view text) override {
    const auto now = Clock::now();
    if (last_text_) {
      context_.metrics().TokenCame(std::chrono::duration<double>(now - *last_text_).count());
    }
    last_text_ = now;
    if (ask_.streams) Write(ask_.api_format->Text(text));
  }

  void OnEnd(const Result<RequestReply>& reply) override {
    if (!reply) return Fail(reply.error());
    context_.metrics().Replied(*reply);
    if (!ask_.streams) return writer_->Send(ask_.api_format->Whole(*reply));
    for (const std::string& payload : ask_.api_format->End(*reply)) Write(payload);
    writer_->End();
  }

  void Fail(const Error& error) {
    ApiError refusal = ToApiError(error);
    if (error.code == ErrorCode::kCancelled) {
      const bool is_late = Clock::now() >= deadline_;
      refusal.status = is_late ? 504 : 503;
      context_.metrics().Cancelled(is_late ? "timeout" : "client");
    }
    if (!ask_.streams) return writer_->Send(ask_.api_format->Failed(refusal));
    Write(ask_.api_format->FailedLate(refusal));
    writer_->End();
  }

  // Before there was a place for it.
  void TurnAway() {
    context_.metrics().Rejected("queue_full");
    const int waiting = context_.scheduler().stats().waiting;
    writer_->Send(ask_.api_format->Failed(
        {.status = 503,
         .message = "queue: full: " + std::to_string(waiting) + " requests are waiting",
         .code = "queue_full",
         .headers = {{"Retry-After", kRetryAfterSeconds}}}));
  }

 private:
  void Write(const std::string& payload) {
    if (!payload.empty()) writer_->Write(Framed(ask_.framing, payload));
  }

  ServerContext& context_;
  const Ask ask_;
  const std::shared_ptr<ResponseWriter> writer_;
  const Clock::time_point deadline_;
  std::optional<Clock::time_point> last_text_;
};

// Whether the reply has a beginning, wherever system messages stand.
bool GoesOn(const ReplyRequest& request) {
  const auto speaks = [](const RequestMessage& message) {
    return message.role != Role::kSystem &&
           std::ranges::any_of(message.parts, [](const RequestPart& part) {
             return !part.text.empty() || part.image != nullptr || part.encoded != nullptr;
           });
  };
  const auto last = std::find_if(request.messages.rbegin(), request.messages.rend(), speaks);
  return last != request.messages.rend() && last->role == Role::kAssistant;
}

// What can not be answered neither waits for its turn nor begins a stream.
std::optional<ApiError> CheckRequest(const Engine& engine, const ReplyRequest& request) {
  if (request.decode.grammar != nullptr && GoesOn(request)) {
    return ApiError{.message = "messages: expected no reply to go on with where its form is given",
                    .param = "messages",
                    .code = "unsupported"};
  }
  const Result<int> tokens = CountPromptTokens(engine, request.messages);
  const int context = engine.info().context_tokens;
  if (tokens && *tokens < context) return std::nullopt;
  if (!tokens && tokens.error().code != ErrorCode::kTooLarge) return ToApiError(tokens.error());
  // OpenAI's clients know its code, those of llama.cpp's server its type and figures.
  ApiError error = {
      .message = tokens ? "messages: expected at most " + std::to_string(context - 1) +
                              " tokens (the maximum context length is " + std::to_string(context) +
                              "), found " + std::to_string(*tokens)
                        : tokens.error().message,
      .param = "messages",
      .code = "context_length_exceeded",
      .type = "exceed_context_size_error",
      .stats = {{"n_ctx", context}}};
  if (tokens) error.stats["n_prompt_tokens"] = *tokens;
  return error;
}

}  // namespace

void Answer(ServerContext& context, Ask ask, std::shared_ptr<ResponseWriter> writer) {
  if (const auto error = CheckRequest(context.engine(), ask.request)) {
    return writer->Send(ask.api_format->Failed(*error));
  }
  const auto deadline = Clock::now() + context.rules()->limits.time;
  ask.request.deadline = deadline;
  ReplyRequest request = std::move(ask.request);
  auto answering = std::make_shared<Answering>(context, std::move(ask), writer, deadline);
  const auto number = context.scheduler().Submit(std::move(request), answering);
  if (!number) return answering->TurnAway();
  writer->WhenGone([&context, number = *number] { context.scheduler().Cancel(number); });
}

}  // namespace edgevlm
