// ThreadPool: a fixed team of threads that share one loop at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace edgevlm {

// Runs one ParallelFor at a time on `threads` threads, the caller being one of them; further
// callers wait for their turn. With one thread everything runs in the caller and no lock is taken.
// A thread without work looks for it for some tens of microseconds, then sleeps.
// Threads: ParallelFor from any thread, but not from inside a ParallelFor of the same pool.
class ThreadPool {
 public:
  // threads: how many work together, the caller included; 0 means UsableCores().
  // processors: where they stay, one for each (Pinning::processors); the first is the caller's and
  // left to it. Empty: the system moves them as it sees fit.
  // REQUIRES: processors empty, or at least as many as threads. Throws std::system_error where the
  // system starts fewer threads (one line: how many), std::bad_alloc.
  explicit ThreadPool(int threads = 0, std::span<const int> processors = {});
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // A share of the loop: indices [begin, end), done by team member `thread` in [0, threads()).
  using Share = std::function<void(int begin, int end, int thread)>;

  // Cuts [0, count) into contiguous shares and returns when all are done: one share per thread,
  // fewer when count / grain is smaller, several each when it is so much larger that all are long.
  // The cut depends on count, grain and threads() only. Who does which share depends on who has
  // time: a thread that the system keeps from running leaves its shares to the others.
  // grain: fewer indices than this do not pay for waking another thread; below 1 where one index is
  // more work than that. REQUIRES: count >= 0, grain > 0. An exception of `share`, on whichever
  // thread, is thrown again here, the first of several, when all shares are done. Cost over the
  // work itself: about 2 us when the team is awake.
  void ParallelFor(int count, double grain, const Share& share);

 private:
  void Start(int team, std::span<const int> processors);
  void Stop();
  void Work(int thread);
  bool TakeShare(int thread);

  std::vector<std::thread> workers_;
  std::mutex turn_;  // held by the caller whose loop runs
  // The loop that runs, in one word, so that taking a share is one atomic step: its number, how
  // many shares it has, which one is taken next (ShareWord in the source).
  std::atomic<std::uint64_t> word_ = 0;
  std::atomic<int> unfinished_ = 0;  // shares of the current loop
  std::atomic<bool> stop_ = false;
  // Of the current loop; whoever took one of its shares may read them.
  const Share* share_ = nullptr;
  int count_ = 0;
  // Of the current loop: whether a share threw, and what the first one did.
  std::atomic<bool> has_failed_ = false;
  std::exception_ptr failure_;
};

}  // namespace edgevlm
