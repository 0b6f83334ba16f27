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
  Answering(Site& site, Ask ask, std::shared_ptr<Exchange> exchange, Clock::time_point deadline)
      : site_(site), ask_(std::move(ask)), exchange_(std::move(exchange)), deadline_(deadline) {}

  void OnAccepted(int place) override {
    if (!ask_.streams) return;
    exchange_->Begin(StreamHead(ask_.framing), SignOfLife(ask_.framing));
    Write(ask_.dialect->Begin());
    if (place > 0) OnProgress({.stage = RequestStage::kQueue, .done = 0, .total = place});
  }

  void OnProgress(const Progress& progress) override {
    if (ask_.streams && ask_.shows_progress) Write(ask_.dialect->Progressed(progress));
  }

  void OnText(std::string_view text) override {
    const auto now = Clock::now();
    if (last_text_) {
      site_.metrics().TokenCame(std::chrono::duration<double>(now - *last_text_).count());
    }
    last_text_ = now;
    if (ask_.streams) Write(ask_.dialect->Text(text));
  }

  void OnEnd(const Result<RequestReply>& reply) override {
    if (!reply) return Fail(reply.error());
    site_.metrics().Replied(*reply);
    if (!ask_.streams) return exchange_->Send(ask_.dialect->Whole(*reply));
    for (const std::string& payload : ask_.dialect->End(*reply)) Write(payload);
    exchange_->End();
  }

  void Fail(const Error& error) {
    ApiError refusal = ToApiError(error);
    if (error.code == ErrorCode::kCancelled) {
      const bool is_late = Clock::now() >= deadline_;
      refusal.status = is_late ? 504 : 503;
      site_.metrics().Cancelled(is_late ? "timeout" : "client");
    }
    if (!ask_.streams) return exchange_->Send(ask_.dialect->Failed(refusal));
    Write(ask_.dialect->FailedLate(refusal));
    exchange_->End();
  }

  // Before there was a place for it.
  void TurnAway() {
    site_.metrics().Rejected("queue_full");
    const int waiting = site_.scheduler().figures().waiting;
    exchange_->Send(ask_.dialect->Failed(
        {.status = 503,
         .message = "queue: full: " + std::to_string(waiting) + " requests are waiting",
         .code = "queue_full",
         .headers = {{"Retry-After", kRetryAfterSeconds}}}));
  }

 private:
  void Write(const std::string& payload) {
    if (!payload.empty()) exchange_->Write(Framed(ask_.framing, payload));
  }

  Site& site_;
  const Ask ask_;
  const std::shared_ptr<Exchange> exchange_;
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
      .figures = {{"n_ctx", context}}};
  if (tokens) error.figures["n_prompt_tokens"] = *tokens;
  return error;
}

}  // namespace

void Answer(Site& site, Ask ask, std::shared_ptr<Exchange> exchange) {
  if (const auto error = CheckRequest(site.engine(), ask.request)) {
    return exchange->Send(ask.dialect->Failed(*error));
  }
  const auto deadline = Clock::now() + site.rules()->limits.time;
  ask.request.deadline = deadline;
  ReplyRequest request = std::move(ask.request);
  auto answering = std::make_shared<Answering>(site, std::move(ask), exchange, deadline);
  const auto number = site.scheduler().Submit(std::move(request), answering);
  if (!number) return answering->TurnAway();
  exchange->WhenGone([&site, number = *number] { site.scheduler().Cancel(number); });
}

}  // namespace edgevlm
