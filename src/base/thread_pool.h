// ThreadPool: a fixed set of threads that run one parallel loop at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace edgevlm {

// Is told of what the threads of a pool do. Threads: all of the pool, one call of each at a time.
class LoopObserver {
 public:
  virtual ~LoopObserver() = default;
  // On the thread that calls ParallelFor, before the chunks of its loop.
  virtual void StartLoop() {}
  virtual void RanChunk(int thread, std::chrono::steady_clock::time_point begin,
                        std::chrono::steady_clock::time_point end) = 0;
};

// Runs one ParallelFor at a time on `threads` threads, of which the caller is one; other callers
// wait. With one thread everything runs in the caller and no lock is taken. A thread without work
// spins for some tens of microseconds, then sleeps.
// Threads: ParallelFor from any thread, but not from inside a ParallelFor of the same pool.
class ThreadPool {
 public:
  // threads: how many, the caller included; 0 means DefaultThreads().
  // processors: the processor that each thread is pinned to (Pinning::processors). The first
  // belongs to the caller, which this leaves as it is. Empty: the operating system places the
  // threads. REQUIRES: processors is empty or has at least `threads` entries. Throws
  // std::system_error when the system refuses to start as many threads (one line, with their
  // number), std::bad_alloc.
  explicit ThreadPool(int threads = 0, std::span<const int> processors = {});
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // A chunk of the loop: indices [begin, end), run by thread `thread` in [0, threads()).
  using Chunk = std::function<void(int begin, int end, int thread)>;

  // Cuts [0, count) into contiguous chunks, runs them, and returns when all are done: one chunk per
  // thread, fewer when count / grain is smaller, several each when it is so much larger that every
  // chunk is still long. The cut depends on count, grain and threads() only. Which thread runs
  // which chunk depends on timing: a thread that the system does not schedule leaves its chunks to
  // others. grain: fewer indices than this are not worth waking another thread; below 1 where one
  // index is more work than that. REQUIRES: count >= 0, grain > 0. If chunks throw, the first
  // exception is rethrown here after all chunks are done. Overhead: about 2 us when the threads are
  // awake.
  void ParallelFor(int count, double grain, const Chunk& chunk);

  // From now on tells `observer`, which is not owned, of each chunk of loops that several threads
  // run, whoever's they are. False if the pool has one already. Waits for the current loop.
  bool Observe(LoopObserver& observer);
  void StopObserving();

 private:
  void Start(int threads, std::span<const int> processors);
  void Stop();
  void Work(int thread);
  bool RunNextChunk(int thread);
  void RunChunk(int begin, int end, int thread);

  std::vector<std::thread> workers_;
  std::mutex loop_mutex_;  // held by the caller whose loop runs
  // The current loop in one word, so that taking a chunk is one atomic operation: its number, its
  // number of chunks, and the next chunk (ChunkWord in the source).
  std::atomic<std::uint64_t> word_ = 0;
  std::atomic<int> unfinished_ = 0;  // chunks of the current loop
  std::atomic<bool> stop_ = false;
  // Of the current loop; only threads that took one of its chunks read these.
  const Chunk* chunk_ = nullptr;
  int count_ = 0;
  LoopObserver* observer_ = nullptr;
  // Whether a chunk of the current loop threw, and the first exception.
  std::atomic<bool> has_failed_ = false;
  std::exception_ptr failure_;
};

}  // namespace edgevlm
