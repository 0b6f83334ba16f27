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

// How long a thread that waits keeps looking before it sleeps: longer than the gaps between the
// steps of one forward pass, short enough that an idle program uses no CPU.
constexpr auto kSpin = std::chrono::microseconds(50);

// A long loop is cut into so many shares per thread: when another program takes a core, the threads
// that run take over what is left, and the loop ends at most one share later.
constexpr int kSharesPerThread = 8;

// ... but only where a share is at least so many grains. A system leaves a thread without its core
// for some milliseconds: next to that a short loop has nothing to hand over, and a core that stays
// with one part of the data finds it in its cache.
constexpr int kGrainsPerShare = 64;

constexpr int kAnyProcessor = -1;

// Tells the core that this thread only waits, so that its other hyperthread gets on.
void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Of a long loop each thread has as many: the last of five would keep one of two threads waiting.
int SharesOf(int count, double grain, int threads) {
  if (threads == 1) return 1;
  const double grains = count / grain;
  if (grains < threads || count <= threads) {
    return static_cast<int>(std::clamp<double>(grains, 1, std::min(count, threads)));
  }
  const double most = std::min<double>(kSharesPerThread, count / threads);
  return threads * static_cast<int>(std::clamp(grains / threads / kGrainsPerShare, 1.0, most));
}

// Waits up to kSpin for `done`; says whether it came true.
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

// ThreadPool::word_: the loop's number, its shares, the next share.
struct ShareWord {
  static constexpr int kBits = 16;
  static constexpr std::uint64_t kMask = (1u << kBits) - 1;

  static std::uint64_t First(std::uint64_t loop, int shares) {
    return loop << (2 * kBits) | static_cast<std::uint64_t>(shares) << kBits;
  }
  static std::uint64_t Loop(std::uint64_t word) { return word >> (2 * kBits); }
  static int Shares(std::uint64_t word) { return static_cast<int>(word >> kBits & kMask); }
  static int Next(std::uint64_t word) { return static_cast<int>(word & kMask); }
  static bool AllTaken(std::uint64_t word) { return Next(word) >= Shares(word); }
};

}  // namespace

ThreadPool::ThreadPool(int threads, std::span<const int> processors) {
  const int team = threads > 0 ? threads : UsableCores();
  CHECK(team * kSharesPerThread < (1 << ShareWord::kBits));
  CHECK(processors.empty() || std::ssize(processors) >= team);
  try {
    Start(team, processors);
  } catch (const std::system_error& error) {
    const int started = this->threads();
    Stop();
    throw std::system_error(error.code(), "threads: expected " + std::to_string(team) + ", found " +
                                              std::to_string(started) + " and no room for more");
  } catch (...) {
    Stop();
    throw;
  }
}

ThreadPool::~ThreadPool() { Stop(); }

void ThreadPool::Start(int team, std::span<const int> processors) {
  workers_.reserve(static_cast<std::size_t>(team - 1));  // a thread that runs must be kept
  for (int i = 1; i < team; ++i) {
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
  word_ = ShareWord::First(ShareWord::Loop(word_) + 1, 0);
  word_.notify_all();
  for (std::thread& worker : workers_) worker.join();
  workers_.clear();
}

// Does the next share of the current loop; false when all are taken.
bool ThreadPool::TakeShare(int thread) {
  std::uint64_t word = word_.load(std::memory_order_acquire);
  do {
    if (ShareWord::AllTaken(word)) return false;
  } while (!word_.compare_exchange_weak(word, word + 1, std::memory_order_acq_rel));
  // From here on the loop cannot end without us.
  const auto edge = [&](int i) {
    return static_cast<int>(static_cast<std::int64_t>(count_) * i / ShareWord::Shares(word));
  };
  try {
    (*share_)(edge(ShareWord::Next(word)), edge(ShareWord::Next(word) + 1), thread);
  } catch (...) {
    if (!has_failed_.exchange(true)) failure_ = std::current_exception();
  }
  if (unfinished_.fetch_sub(1, std::memory_order_acq_rel) == 1) unfinished_.notify_all();
  return true;
}

void ThreadPool::ParallelFor(int count, double grain, const Share& share) {
  CHECK(count >= 0 && grain > 0);
  if (count == 0) return;
  const int shares = SharesOf(count, grain, threads());
  if (shares == 1) {
    share(0, count, 0);
    return;
  }
  const std::lock_guard turn(turn_);
  share_ = &share;
  count_ = count;
  unfinished_ = shares;
  word_ = ShareWord::First(ShareWord::Loop(word_) + 1, shares);
  word_.notify_all();
  while (TakeShare(0)) {
  }
  SpinUntil([this] { return unfinished_.load(std::memory_order_acquire) == 0; });
  while (const int left = unfinished_.load(std::memory_order_acquire)) unfinished_.wait(left);
  if (has_failed_.exchange(false)) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void ThreadPool::Work(int thread) {
  while (true) {
    const std::uint64_t word = word_.load(std::memory_order_acquire);
    if (stop_) return;
    if (TakeShare(thread)) continue;
    if (!SpinUntil([&] { return word_.load(std::memory_order_acquire) != word; })) word_.wait(word);
  }
}

}  // namespace edgevlm
