// How long a loop takes that is shared by a team, and again while another program keeps one of the
// team's cores busy (`Crowded`): what a shared loop may never cost is more than one thread alone.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdint>
#include <thread>

#include "base/thread_pool.h"

namespace edgevlm {
namespace {

// About a microsecond of arithmetic that cannot be left out or shortened.
std::uint32_t Microsecond(std::uint32_t value) {
  for (int i = 0; i < 1000; ++i) value = value * 1664525u + 1013904223u;
  return value;
}

void RunLoops(benchmark::State& state) {
  const int count = static_cast<int>(state.range(1));
  ThreadPool pool(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    pool.ParallelFor(count, 1, [](int begin, int end, int) {
      for (int i = begin; i < end; ++i) {
        benchmark::DoNotOptimize(Microsecond(static_cast<std::uint32_t>(i)));
      }
    });
  }
}

void BM_SharedLoop(benchmark::State& state) { RunLoops(state); }

void BM_SharedLoopCrowded(benchmark::State& state) {
  std::atomic<bool> stop = false;
  std::thread other([&stop] {
    while (!stop.load(std::memory_order_relaxed)) benchmark::DoNotOptimize(Microsecond(1));
  });
  RunLoops(state);
  stop = true;
  other.join();
}

// Threads of the team; microseconds of work in the loop.
void Sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgsProduct({{1, 2}, {10, 100, 1000, 10000}})->UseRealTime();
}
BENCHMARK(BM_SharedLoop)->Apply(Sizes);
BENCHMARK(BM_SharedLoopCrowded)->Apply(Sizes);

}  // namespace
}  // namespace edgevlm
