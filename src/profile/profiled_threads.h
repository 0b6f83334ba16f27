// ProfiledThreads: which profiler records the work of which thread, where several threads use the
// same pools.
#pragma once

#include <mutex>
#include <thread>
#include <vector>

#include "base/thread_pool.h"
#include "profile/profiler.h"

namespace edgevlm {

// Threads: any.
class ProfiledThreads {
 public:
  // While it lasts, loops of this thread are recorded in the profiler.
  class Scope {
   public:
    Scope(ProfiledThreads& threads, Profiler& profiler);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    ProfiledThreads& threads_;
  };

  // Null: none.
  Profiler* OfThisThread() const;

 private:
  struct Entry {
    std::thread::id thread;
    Profiler* profiler;
  };
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
};

// Passes on what it is told of a pool to the profiler of the thread whose loop it is. One for each
// pool; `threads` must outlive it.
class LoopRouter final : public LoopObserver {
 public:
  explicit LoopRouter(const ProfiledThreads& threads) : threads_(threads) {}

  void StartLoop() override { profiler_ = threads_.OfThisThread(); }
  void RanChunk(int thread, Profiler::Clock::time_point begin,
                Profiler::Clock::time_point end) override {
    if (profiler_ != nullptr) profiler_->RanChunk(thread, begin, end);
  }

 private:
  const ProfiledThreads& threads_;
  Profiler* profiler_ = nullptr;  // of the current loop; null: none
};

}  // namespace edgevlm
