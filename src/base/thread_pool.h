// ThreadPool: a fixed team of threads that share one loop at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace edgevlm {

// Runs one ParallelFor at a time on `threads` threads, the caller being one of them; further
// callers wait for their turn. With one thread everything runs in the caller and no lock is taken.
// Threads: ParallelFor from any thread, but not from inside a ParallelFor of the same pool.
class ThreadPool {
 public:
  // threads: how many work together, the caller included; 0 means one per core of this process.
  explicit ThreadPool(int threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // A share of the loop: indices [begin, end), done by team member `thread` in [0, threads()).
  using Share = std::function<void(int begin, int end, int thread)>;

  // Cuts [0, count) into one contiguous share per thread (fewer when count / grain is smaller), and
  // returns when all are done. The cut depends on count, grain and threads() only; who does which
  // share does not: a thread that the system keeps from running leaves its share to the others.
  // REQUIRES: count >= 0, grain >= 1. Cost over the work itself: about 2 us when the team is awake.
  void ParallelFor(int count, int grain, const Share& share);

 private:
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
};

}  // namespace edgevlm
