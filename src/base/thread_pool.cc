#include "base/thread_pool.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <system_error>
#include <utility>

#include "base/check.h"
#include "base/cores.h"

namespace edgevlm {
namespace {

// How long a waiting thread spins before it sleeps: longer than the gaps between the operations of
// one forward pass, short enough that an idle program uses no CPU.
constexpr auto kSpin = std::chrono::microseconds(50);

// A long loop is cut into up to eight chunks per thread: when another program takes a core, the
// threads that run take over the remaining chunks, and the loop ends at most one chunk later.
constexpr int kChunksPerThread = 8;

// Each of these chunks has at least 64 grains. A descheduled thread is gone for some milliseconds;
// compared to that a short loop has nothing to hand over, and a core that keeps the same part of
// the data finds it in its cache.
constexpr int kMinGrainsPerChunk = 64;

constexpr int kAnyProcessor = -1;

// Tells the core that this thread only waits, which speeds up its other hyperthread.
void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Long loops get the same number of chunks for each thread: with five chunks, one of two threads
// would wait for the last.
int ChunkCount(int count, double grain, int threads) {
  if (threads == 1) return 1;
  const double grains = count / grain;
  if (grains < threads || count <= threads) {
    return static_cast<int>(std::clamp<double>(grains, 1, std::min(count, threads)));
  }
  const double max_chunks_each = std::min<double>(kChunksPerThread, count / threads);
  return threads *
         static_cast<int>(std::clamp(grains / threads / kMinGrainsPerChunk, 1.0, max_chunks_each));
}

// Spins up to kSpin until `done`; returns whether it became true.
template <class Condition>
bool SpinUntil(const Condition& done) {
  const auto end = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < 64; ++i) {
      if (done()) return true;
      Pause();
    }
  } while (std::chrono::steady_clock::now() < end);
  return done();
}

// ThreadPool::word_: number of the loop, number of chunks, next chunk.
struct ChunkWord {
  static constexpr int kBits = 16;
  static constexpr std::uint64_t kMask = (1u << kBits) - 1;

  static std::uint64_t First(std::uint64_t loop, int chunks) {
    return loop << (2 * kBits) | static_cast<std::uint64_t>(chunks) << kBits;
  }
  static std::uint64_t Loop(std::uint64_t word) { return word >> (2 * kBits); }
  static int Chunks(std::uint64_t word) { return static_cast<int>(word >> kBits & kMask); }
  static int Next(std::uint64_t word) { return static_cast<int>(word & kMask); }
  static bool AllTaken(std::uint64_t word) { return Next(word) >= Chunks(word); }
};

}  // namespace

ThreadPool::ThreadPool(int threads, std::span<const int> processors) {
  const int wanted = threads > 0 ? threads : DefaultThreads();
  CHECK(wanted * kChunksPerThread < (1 << ChunkWord::kBits));
  CHECK(processors.empty() || std::ssize(processors) >= wanted);
  try {
    Start(wanted, processors);
  } catch (const std::system_error& error) {
    const int started = this->threads();
    Stop();
    throw std::system_error(error.code(), "threads: expected " + std::to_string(wanted) +
                                              ", found " + std::to_string(started) +
                                              " (the system starts no more)");
  } catch (...) {
    Stop();
    throw;
  }
}

ThreadPool::~ThreadPool() { Stop(); }

void ThreadPool::Start(int threads, std::span<const int> processors) {
  workers_.reserve(static_cast<std::size_t>(threads - 1));  // a running thread must not be lost
  for (int i = 1; i < threads; ++i) {
    // A copy: the caller's list may be gone when the thread starts.
    const int processor =
        processors.empty() ? kAnyProcessor : processors[static_cast<std::size_t>(i)];
    workers_.emplace_back([this, i, processor] {
      if (processor != kAnyProcessor) StayOn({&processor, 1});
      Work(i);
    });
  }
}

void ThreadPool::Stop() {
  stop_ = true;
  word_ = ChunkWord::First(ChunkWord::Loop(word_) + 1, 0);
  word_.notify_all();
  for (std::thread& worker : workers_) worker.join();
  workers_.clear();
}

// Runs the next chunk of the current loop; false when all are taken.
bool ThreadPool::RunNextChunk(int thread) {
  std::uint64_t word = word_.load(std::memory_order_acquire);
  do {
    if (ChunkWord::AllTaken(word)) return false;
  } while (!word_.compare_exchange_weak(word, word + 1, std::memory_order_acq_rel));
  // From here on the loop cannot end without us.
  const auto edge = [&](int i) {
    return static_cast<int>(static_cast<std::int64_t>(count_) * i / ChunkWord::Chunks(word));
  };
  try {
    RunChunk(edge(ChunkWord::Next(word)), edge(ChunkWord::Next(word) + 1), thread);
  } catch (...) {
    if (!has_failed_.exchange(true)) failure_ = std::current_exception();
  }
  if (unfinished_.fetch_sub(1, std::memory_order_acq_rel) == 1) unfinished_.notify_all();
  return true;
}

void ThreadPool::RunChunk(int begin, int end, int thread) {
  if (observer_ == nullptr) return (*chunk_)(begin, end, thread);
  const auto before = std::chrono::steady_clock::now();
  (*chunk_)(begin, end, thread);
  observer_->RanChunk(thread, before, std::chrono::steady_clock::now());
}

bool ThreadPool::Observe(LoopObserver& observer) {
  const std::lock_guard lock(loop_mutex_);
  if (observer_ != nullptr) return false;
  observer_ = &observer;
  return true;
}

void ThreadPool::StopObserving() {
  const std::lock_guard lock(loop_mutex_);
  observer_ = nullptr;
}

void ThreadPool::ParallelFor(int count, double grain, const Chunk& chunk) {
  CHECK(count >= 0 && grain > 0);
  if (count == 0) return;
  const int chunks = ChunkCount(count, grain, threads());
  if (chunks == 1) {
    chunk(0, count, 0);
    return;
  }
  const std::lock_guard lock(loop_mutex_);
  if (observer_ != nullptr) observer_->StartLoop();
  chunk_ = &chunk;
  count_ = count;
  unfinished_ = chunks;
  word_ = ChunkWord::First(ChunkWord::Loop(word_) + 1, chunks);
  word_.notify_all();
  while (RunNextChunk(0)) {
  }
  SpinUntil([this] { return unfinished_.load(std::memory_order_acquire) == 0; });
  while (const int left = unfinished_.load(std::memory_order_acquire)) unfinished_.wait(left);
  if (has_failed_.exchange(false)) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void ThreadPool::Work(int thread) {
  while (true) {
    const std::uint64_t word = word_.load(std::memory_order_acquire);
    if (stop_) return;
    if (RunNextChunk(thread)) continue;
    if (!SpinUntil([&] { return word_.load(std::memory_order_acquire) != word; })) word_.wait(word);
  }
}

}  // namespace edgevlm
