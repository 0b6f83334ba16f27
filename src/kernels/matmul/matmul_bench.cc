// Multiply-adds per second of MatMul for the shapes of the built-in model.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/matmul/matmul.h"
#include "kernels/test_values.h"

namespace edgevlm {
namespace {

void Run(benchmark::State& state, MatMulFunction run) {
  const int t = static_cast<int>(state.range(0)), n = static_cast<int>(state.range(1)),
            k = static_cast<int>(state.range(2));
  RandomValues random;
  const std::vector<float> x = random.Take(t * k), values = random.Take(n * k);
  std::vector<float> y(static_cast<std::size_t>(t * n));
  const Weight w(View<const float>(values.data(), n, k));
  const Epilogue epilogue;
  const MatMulCall call{View<const float>(x.data(), t, k), w, epilogue,
                        View<float>(y.data(), t, n)};
  for (auto _ : state) {
    run(call, {0, t, 0, w.panels()});
    benchmark::ClobberMemory();
  }
  state.counters["mac/s"] = benchmark::Counter(static_cast<double>(t) * n * k,
                                               benchmark::Counter::kIsIterationInvariantRate,
                                               benchmark::Counter::kIs1000);
}

// Once per variant of this CPU, in one thread.
const bool kRegistered = [] {
  for (const auto& variant : MatMulVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    const std::string name = "MatMul/" + std::string(IsaName(variant.needs));
    benchmark::RegisterBenchmark(name.c_str(), Run, variant.run)
        ->ArgNames({"T", "N", "K"})
        ->Args({1, 768, 256})
        ->Args({1, 2000, 256})
        ->Args({4, 768, 256})
        ->Args({8, 768, 256})
        ->Args({100, 768, 256})
        ->Args({100, 256, 1024})
        ->Args({400, 72, 24})
        ->Args({1600, 16, 27})
        ->Args({1600, 16, 16})
        ->Args({25, 576, 96});
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
