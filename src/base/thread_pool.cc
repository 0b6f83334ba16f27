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

}  // namespace

ThreadPool::ThreadPool(int threads) {
  const int team = threads > 0 ? threads : CoresOfThisProcess();
  for (int i = 1; i < team; ++i) workers_.emplace_back([this, i] { Work(i); });
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    ++loop_;
  }
  loop_starts_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::RunShare(int thread) const {
  if (thread >= shares_) return;
  const auto edge = [&](int i) {
    return static_cast<int>(static_cast<std::int64_t>(count_) * i / shares_);
  };
  (*share_)(edge(thread), edge(thread + 1), thread);
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
  shares_ = shares;
  busy_ = static_cast<int>(workers_.size());
  {
    const std::lock_guard lock(mutex_);
    ++loop_;
  }
  loop_starts_.notify_all();
  RunShare(0);
  const auto done = [this] { return busy_.load(std::memory_order_acquire) == 0; };
  if (SpinUntil(done)) return;
  std::unique_lock lock(mutex_);
  loop_ends_.wait(lock, done);
}

bool ThreadPool::WaitForLoop(std::uint64_t seen) {
  const auto started = [&] { return loop_.load(std::memory_order_acquire) != seen; };
  if (!SpinUntil(started)) {
    std::unique_lock lock(mutex_);
    loop_starts_.wait(lock, started);
  }
  return !stop_;
}

void ThreadPool::Work(int thread) {
  for (std::uint64_t seen = 0; WaitForLoop(seen); ++seen) {
    RunShare(thread);
    if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      // The lock orders this wake-up after a caller that is about to sleep has looked at busy_.
      const std::lock_guard lock(mutex_);
      loop_ends_.notify_one();
    }
  }
}

}  // namespace edgevlm
