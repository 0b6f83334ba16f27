#include "edgevlm/scheduler.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "engine/stopwatch.h"

namespace edgevlm {
namespace {

using Clock = std::chrono::steady_clock;

double MillisecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

struct Job {
  std::uint64_t number = 0;
  ReplyRequest request;
  std::shared_ptr<ReplyListener> listener;
  Clock::time_point submitted;
  std::atomic<bool> cancelled = false;
};

}  // namespace

struct Scheduler::State {
  State(const Engine& engine_, const SchedulerOptions& options_)
      : engine(engine_), options(options_), worker([this] { Work(); }) {}

  void Work();
  Result<RequestReply> Serve(Job& job);

  const Engine& engine;
  const SchedulerOptions options;
  mutable std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::shared_ptr<Job>> waiting;
  std::shared_ptr<Job> running;
  std::uint64_t last_number = 0;
  bool stop = false;
  std::thread worker;
};

void Scheduler::State::Work() {
  while (true) {
    std::shared_ptr<Job> job;
    {
      std::unique_lock lock(mutex);
      running = nullptr;
      wake.wait(lock, [this] { return stop || !waiting.empty(); });
      if (waiting.empty()) return;
      job = running = std::move(waiting.front());
      waiting.pop_front();
    }
    job->listener->OnEnd(Serve(*job));
  }
}

Result<RequestReply> Scheduler::State::Serve(Job& job) {
  RequestReply answer;
  answer.queue_ms = MillisecondsSince(job.submitted);
  const auto over = [&]() -> MaybeError {
    if (job.cancelled) return Error{ErrorCode::kCancelled, "request: cancelled"};
    if (Clock::now() < job.request.deadline) return std::nullopt;
    return Error{ErrorCode::kTimeout, "request: its time is over"};
  };
  std::vector<Message> messages;
  Timings pictures;
  for (RequestMessage& given : job.request.messages) {
    Message& message = messages.emplace_back(Message{.role = given.role, .parts = {}});
    for (RequestPart& part : given.parts) {
      if (part.picture == nullptr) {
        message.parts.push_back({.text = std::move(part.text)});
        continue;
      }
      if (auto error = over()) return *error;
      const auto bytes = std::as_bytes(std::span(*part.picture));
      Result<EncodedImage> image = engine.EncodeImage(bytes);
      if (!image) return image.error();
      pictures.decode_ms += image->timings.decode_ms;
      pictures.preprocess_ms += image->timings.preprocess_ms;
      pictures.encode_ms += image->timings.encode_ms;
      answer.image_tokens += image->tokens;
      message.parts.push_back({.image = std::make_shared<const EncodedImage>(*std::move(image))});
    }
  }
  if (auto error = over()) return *error;
  Session session(engine);
  MaybeError ended;
  Result<Reply> reply = session.Chat(messages, job.request.decode, [&](std::string_view text) {
    if (answer.first_token_ms == 0) answer.first_token_ms = MillisecondsSince(job.submitted);
    job.listener->OnText(text);
    ended = over();
    return !ended;
  });
  if (ended) return *ended;
  if (!reply) return reply.error();
  answer.reply = *std::move(reply);
  answer.reply.timings.decode_ms = pictures.decode_ms;
  answer.reply.timings.preprocess_ms = pictures.preprocess_ms;
  answer.reply.timings.encode_ms = pictures.encode_ms;
  answer.reply.timings.total_ms = MillisecondsSince(job.submitted);
  return answer;
}

Scheduler::Scheduler(const Engine& engine, const SchedulerOptions& options)
    : state_(std::make_unique<State>(engine, options)) {}

Scheduler::~Scheduler() { Stop(); }

void Scheduler::Stop() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stop = true;
    if (state_->running != nullptr) state_->running->cancelled = true;
    for (const auto& job : state_->waiting) job->cancelled = true;
  }
  state_->wake.notify_all();
  if (state_->worker.joinable()) state_->worker.join();
}

Result<std::uint64_t> Scheduler::Submit(ReplyRequest request,
                                        std::shared_ptr<ReplyListener> listener) {
  if (auto error = Validate(request.decode)) return *error;
  const std::lock_guard lock(state_->mutex);
  if (state_->stop) return Error{ErrorCode::kBusy, "queue: closed: the program is about to end"};
  const int waiting = static_cast<int>(state_->waiting.size());
  if (waiting >= state_->options.waiting) {
    return Error{ErrorCode::kBusy,
                 "queue: full: " + std::to_string(waiting) + " requests are waiting"};
  }
  auto job = std::make_shared<Job>();
  job->number = ++state_->last_number;
  job->request = std::move(request);
  job->listener = std::move(listener);
  job->submitted = Clock::now();
  job->listener->OnAccepted(waiting);
  state_->waiting.push_back(job);
  state_->wake.notify_all();
  return job->number;
}

void Scheduler::Cancel(std::uint64_t number) {
  const std::lock_guard lock(state_->mutex);
  if (state_->running != nullptr && state_->running->number == number) {
    state_->running->cancelled = true;
  }
  for (const auto& job : state_->waiting) {
    if (job->number == number) job->cancelled = true;
  }
}

SchedulerFigures Scheduler::figures() const {
  const std::lock_guard lock(state_->mutex);
  return {.waiting = static_cast<int>(state_->waiting.size()),
          .running = state_->running == nullptr ? 0 : 1};
}

}  // namespace edgevlm
