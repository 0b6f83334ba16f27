#include "edgevlm/scheduler.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <utility>

#include "base/check.h"
#include "base/stopwatch.h"
#include "base/threads.h"
#include "decode/batch_decoder.h"
#include "engine/engine_state.h"
#include "engine/load/drafter.h"
#include "engine/scheduling/preparer.h"
#include "engine/scheduling/prompt_budget.h"
#include "engine/scheduling/running_reply.h"
#include "engine/scheduling/scheduler_profile.h"

namespace edgevlm {
namespace {

// Delay before retrying an allocation after memory ran out.
constexpr std::chrono::milliseconds kMemoryRetry{1};

}  // namespace

struct Scheduler::State {
  State(const Engine& of, const SchedulerOptions& given)
      : engine(StateOf(of)),
        options(given),
        profile(given.profile ? std::make_unique<SchedulerProfile>(engine) : nullptr),
        batch_decoder(MakeBatchDecoder(engine.model)),
        prompt_budget(given.prefill_tokens),
        images(std::in_place, engine, profile.get(), SchedulerThread::kImages, [this] { Wake(); }),
        words(std::in_place, engine, profile.get(), SchedulerThread::kPrompts, [this] { Wake(); }),
        thread(StartThread("the steps of replies", [this] { Work(); })) {}

  void Work();
  bool AdmitAndFinish();
  void Step();
  int PromptRows(bool generates) const;
  void Abandon();
  void Wake();
  SchedulerClock::time_point NextDeadline() const;

  const EngineState& engine;
  const SchedulerOptions options;
  const std::unique_ptr<SchedulerProfile> profile;  // null: nothing is profiled

  mutable std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::shared_ptr<Job>> waiting;
  std::vector<std::shared_ptr<Job>> started;  // those that run
  std::uint64_t last_number = 0;
  bool has_news = false;  // the stepping thread has something to check
  bool stop = false;

  // Used by the stepping thread only.
  std::list<RunningReply> running;
  std::vector<Generation*> generations;
  std::optional<BatchDecoder> batch_decoder;  // always set; recreated after memory ran out in it
  PromptBudget prompt_budget;
  bool is_abandoned = false;  // a step of batch_decoder was interrupted

  // Text-only requests need not wait for images.
  std::optional<Preparer> images;
  std::optional<Preparer> words;
  std::thread thread;  // last: it uses the other members
};

void Scheduler::State::Wake() {
  {
    const std::lock_guard lock(mutex);
    has_news = true;
  }
  wake.notify_all();
}

// The earliest deadline, if no event comes first.
SchedulerClock::time_point Scheduler::State::NextDeadline() const {
  auto next = SchedulerClock::time_point::max();
  for (const auto& job : waiting) next = std::min(next, job->request.deadline);
  for (const auto& job : started) next = std::min(next, job->request.deadline);
  return next;
}

void Scheduler::State::Work() {
  while (true) {
    {
      std::unique_lock lock(mutex);
      const auto has_work = [this] { return stop || has_news; };
      const auto deadline = NextDeadline();
      if (!generations.empty()) {
        // On to the next step.
      } else if (deadline == SchedulerClock::time_point::max()) {
        wake.wait(lock, has_work);
      } else {
        wake.wait_until(lock, deadline, has_work);
      }
      has_news = false;
    }
    try {
      if (!AdmitAndFinish()) return;
      Step();
    } catch (const std::bad_alloc&) {
      Abandon();
    }
  }
}

// Memory ran out: running requests end with an error, which frees memory, and waiting ones
// continue.
void Scheduler::State::Abandon() {
  for (RunningReply& reply : running) reply.Abandon();
  is_abandoned = true;
  std::unique_lock lock(mutex);
  has_news = true;
  wake.wait_for(lock, kMemoryRetry, [this] { return stop; });
}

// Ends requests that are over and starts waiting ones. False when stopping and nothing is left.
bool Scheduler::State::AdmitAndFinish() {
  generations.clear();
  for (auto reply = running.begin(); reply != running.end();) {
    const std::optional<Result<RequestReply>> end = reply->Update();
    if (!end) {
      reply->AddGenerations(generations);
      ++reply;
      continue;
    }
    const std::shared_ptr<ReplyListener> listener = reply->job().listener;
    {
      const std::lock_guard lock(mutex);
      std::erase_if(started, [&](const auto& job) { return job.get() == &reply->job(); });
    }
    if (profile != nullptr && *end) profile->AddReply(**end);
    reply = running.erase(reply);  // free its memory before its client can send another request
    listener->OnEnd(*end);
  }
  if (is_abandoned && running.empty()) {
    batch_decoder.emplace(MakeBatchDecoder(engine.model));
    is_abandoned = false;
  }
  std::vector<std::shared_ptr<Job>> over;
  {
    const std::lock_guard lock(mutex);
    std::erase_if(waiting, [&](const std::shared_ptr<Job>& job) {
      if (job->IsOver()) over.push_back(job);
      return job->IsOver();
    });
    while (!waiting.empty() && std::ssize(running) < options.running) {
      running.emplace_back(waiting.front(), engine, batch_decoder->drafter());
      started.push_back(waiting.front());
      waiting.pop_front();
      const bool shows = CountImages(started.back()->request) > 0;
      (shows ? images : words)->Add(started.back());
    }
    if (stop && running.empty() && waiting.empty() && over.empty()) return false;
  }
  for (const auto& job : over) {
    job->listener->OnEnd(Error{ErrorCode::kCancelled, "request: cancelled, or its time is over"});
  }
  return true;
}

// Of the next step at most. generates: running replies wait for their next token.
int Scheduler::State::PromptRows(bool generates) const {
  if (!generates) return Batch::kChunkRows;
  return options.keeps_steps_short ? prompt_budget.Rows() : options.prefill_tokens;
}

void Scheduler::State::Step() {
  if (generations.empty()) return;
  const auto sum = [this](int (Generation::*count)() const) {
    int total = 0;
    for (const Generation* generation : generations) total += (generation->*count)();
    return total;
  };
  const bool generates = std::ranges::any_of(
      generations, [](Generation* generation) { return !generation->reading(); });
  const int unread = sum(&Generation::unread_rows), tokens = sum(&Generation::tokens);
  const PriorityGate::Short turn(*engine.runtime.gate);
  const SchedulerProfile::Scope scope(profile.get(), SchedulerThread::kSteps);
  scope.Yield();  // the time between two steps may be too short for who waits
  // A long pass that no request needs is abandoned between two blocks.
  bool is_left = false;
  const std::function<bool()> is_over = [&] {
    scope.Yield();
    is_left = is_left || std::ranges::all_of(running, [](RunningReply& reply) {
                return !reply.generates() || reply.job().is_cancelled;
              });
    return is_left;
  };
  ThreadGroups thread_groups = engine.runtime.DecoderThreadGroups(scope.profiler());
  thread_groups.prefill.is_over = &is_over;
  const Stopwatch stopwatch;
  batch_decoder->Step(generations, PromptRows(generates), thread_groups);
  const double ms = stopwatch.Milliseconds();
  if (generates && !is_left) {
    prompt_budget.Learn(unread - sum(&Generation::unread_rows), ms);
  }
  if (profile == nullptr) return;
  std::size_t cache_bytes = 0;
  for (const RunningReply& reply : running) cache_bytes += reply.cache_bytes();
  scope.SampleCounters(sum(&Generation::tokens) - tokens, ms, cache_bytes);
}

Scheduler::Scheduler(const Engine& engine, const SchedulerOptions& options) {
  CHECK(options.running >= 1 && options.waiting >= 0 && options.prefill_tokens >= 1);
  state_ = std::make_unique<State>(engine, options);
}

Scheduler::~Scheduler() { Stop(); }

void Scheduler::Stop() {
  State& state = *state_;
  {
    const std::lock_guard lock(state.mutex);
    state.stop = true;
    for (const auto& job : state.waiting) job->is_cancelled = true;
    for (const auto& job : state.started) job->is_cancelled = true;
  }
  state.Wake();
  if (state.thread.joinable()) state.thread.join();
  state.images.reset();
  state.words.reset();
}

std::optional<std::uint64_t> Scheduler::Submit(ReplyRequest request,
                                               std::shared_ptr<ReplyListener> listener) {
  State& state = *state_;
  const auto job = std::make_shared<Job>();
  job->request = std::move(request);
  job->listener = std::move(listener);
  {
    const std::lock_guard lock(state.mutex);
    const int before = static_cast<int>(state.waiting.size());
    const int free = state.options.running - static_cast<int>(state.started.size());
    if (state.stop || before >= state.options.waiting + free) return std::nullopt;
    job->number = ++state.last_number;
    job->listener->OnAccepted(std::max(0, before + 1 - free));
    state.waiting.push_back(job);
  }
  state.Wake();
  return job->number;
}

void Scheduler::EncodeAhead(ReplyRequest& request,
                            const std::function<bool()>& is_cancelled) const {
  if (state_->options.profile) return;
  edgevlm::EncodeAhead(state_->engine, request, is_cancelled);
}

void Scheduler::Cancel(std::uint64_t number) {
  State& state = *state_;
  {
    const std::lock_guard lock(state.mutex);
    const auto cancel = [number](const std::shared_ptr<Job>& job) {
      if (job->number == number) job->is_cancelled = true;
    };
    std::ranges::for_each(state.waiting, cancel);
    std::ranges::for_each(state.started, cancel);
  }
  state.Wake();
}

SchedulerStats Scheduler::stats() const {
  const std::lock_guard lock(state_->mutex);
  return {.waiting = static_cast<int>(state_->waiting.size()),
          .running = static_cast<int>(state_->started.size())};
}

std::optional<Profile> Scheduler::CurrentProfile() const {
  if (state_->profile == nullptr) return std::nullopt;
  return state_->profile->Read();
}

}  // namespace edgevlm
