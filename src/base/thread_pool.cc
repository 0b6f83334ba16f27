#include "base/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <chrono>

#include "base/check.h"

namespace edgevlm {
namespace {

// How long a thread that waits keeps looking before it sleeps: longer than the gaps between the
// steps of one forward pass, short enough that an idle program uses no CPU.
constexpr auto kSpin = std::chrono::microseconds(50);

int CoresOfThisProcess() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// Waits up to kSpin for `done`; says whether it came true.
template <class Condition>
bool SpinUntil(const Condition& done) {
  const auto end = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < 64; ++i) {
      if (done()) return true;
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
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

ThreadPool::ThreadPool(int threads) {
  const int team = threads > 0 ? threads : CoresOfThisProcess();
  CHECK(team < (1 << ShareWord::kBits));
  for (int i = 1; i < team; ++i) workers_.emplace_back([this, i] { Work(i); });
}

ThreadPool::~ThreadPool() {
  stop_ = true;
  word_ = ShareWord::First(ShareWord::Loop(word_) + 1, 0);
  word_.notify_all();
  for (std::thread& worker : workers_) worker.join();
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
  (*share_)(edge(ShareWord::Next(word)), edge(ShareWord::Next(word) + 1), thread);
  if (unfinished_.fetch_sub(1, std::memory_order_acq_rel) == 1) unfinished_.notify_all();
  return true;
}

void ThreadPool::ParallelFor(int count, int grain, const Share& share) {
  CHECK(count >= 0 && grain >= 1);
  if (count == 0) return;
  const int shares = std::clamp(count / grain, 1, threads());
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
