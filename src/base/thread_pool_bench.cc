// Time of a ParallelFor, also while another program keeps one of the cores busy (`Crowded`): even
// then it must not take longer than one thread alone.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdint>
#include <thread>

#include "base/thread_pool.h"

namespace edgevlm {
namespace {

// About a microsecond of arithmetic that the compiler cannot remove or shorten.
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

void BM_ParallelFor(benchmark::State& state) { RunLoops(state); }

void BM_ParallelForCrowded(benchmark::State& state) {
  std::atomic<bool> stop = false;
  std::thread other([&stop] {
    while (!stop.load(std::memory_order_relaxed)) benchmark::DoNotOptimize(Microsecond(1));
  });
  RunLoops(state);
  stop = true;
  other.join();
}

// Threads; microseconds of work in the loop.
void Sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgsProduct({{1, 2}, {10, 100, 1000, 10000}})->UseRealTime();
}
BENCHMARK(BM_ParallelFor)->Apply(Sizes);
BENCHMARK(BM_ParallelForCrowded)->Apply(Sizes);

}  // namespace
}  // namespace edgevlm
