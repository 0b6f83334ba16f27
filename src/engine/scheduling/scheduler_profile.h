// SchedulerProfile: what the requests of a scheduler have cost since its start. For
// engine/scheduling/ only.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/priority_gate.h"
#include "edgevlm/scheduler.h"
#include "engine/engine_state.h"
#include "engine/reply/profile_parts.h"
#include "profile/profiled_threads.h"
#include "profile/profiler.h"

namespace edgevlm {

// The threads of a scheduler, by what they do.
enum class SchedulerThread { kImages, kPrompts, kSteps };

// Each thread has a profiler of its own. Memory is bounded: of timelines, counters and latencies,
// the last are kept. Threads: any.
class SchedulerProfile {
 public:
  static constexpr std::size_t kMaxRuns = 64;
  static constexpr std::size_t kMaxEvents = 1 << 15;  // of each thread

  // The engine must outlive it.
  explicit SchedulerProfile(const EngineState& engine);
  ~SchedulerProfile();
  SchedulerProfile(const SchedulerProfile&) = delete;
  SchedulerProfile& operator=(const SchedulerProfile&) = delete;

 private:
  // What one thread records. Read is the short work of its gate.
  struct Recorder {
    Recorder(int pool_threads, Profiler::Clock::time_point start)
        : profiler(pool_threads, kMaxEvents, start) {}
    Profiler profiler;
    StepCounters counters;
    PriorityGate gate;
  };

 public:
  // A piece of work on one of the threads. Read waits for its end, or for the next Yield.
  class Scope {
   public:
    Scope(SchedulerProfile* profile, SchedulerThread thread);  // null: nothing is recorded

    Profiler* profiler() const { return recorder_ == nullptr ? nullptr : &recorder_->profiler; }

    // Between two operations: lets Read look at what is recorded so far.
    void Yield() const {
      if (recorder_ != nullptr) recorder_->gate.Yield();
    }

    // After a step; as StepCounters::Sample.
    void SampleCounters(int tokens, double ms, std::size_t cache_bytes) const {
      if (recorder_ == nullptr) return;
      recorder_->counters.Sample(tokens, ms, cache_bytes, recorder_->profiler);
    }

   private:
    Recorder* const recorder_;
    std::optional<PriorityGate::Long> work_;
    std::optional<ProfiledThreads::Scope> thread_;
  };

  void AddReply(const RequestReply& reply);

  // Everything since the start. Blocks each of the threads while its part is read.
  Profile Read();

 private:
  Recorder& Of(SchedulerThread thread) { return *recorders_[static_cast<std::size_t>(thread)]; }

  const EngineState& engine_;
  ProfiledThreads threads_;
  std::vector<std::unique_ptr<Recorder>> recorders_;  // by SchedulerThread
  struct Observed {
    ThreadPool* pool;
    std::unique_ptr<LoopRouter> router;
  };
  std::vector<Observed> observed_;

  std::mutex mutex_;  // guards the rest
  std::deque<RunTimings> runs_;
  Profile::Request sum_;
  std::int64_t replies_ = 0;
};

}  // namespace edgevlm
