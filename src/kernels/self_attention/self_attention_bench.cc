// Multiply-adds per second of SelfAttend, one head of a picture in one thread.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>

#include "kernels/self_attention/self_attention.h"
#include "kernels/test_values.h"

namespace edgevlm {
namespace {

void Run(benchmark::State& state, SelfAttentionFunction run) {
  const int rows = static_cast<int>(state.range(0)), width = static_cast<int>(state.range(1));
  RandomValues random;
  const std::vector<float> values = random.Take(rows * width);
  std::vector<float> out(values.size());
  const View<const float> in(values.data(), rows, width);
  const SelfAttentionCall call{
      .q = in, .k = in, .v = in, .out = View<float>(out.data(), rows, width)};
  for (auto _ : state) {
    for (int first = 0; first < rows; first += kSelfAttentionQueries) {
      run(call, {0, 0, first, std::min(first + kSelfAttentionQueries, rows)});
    }
    benchmark::ClobberMemory();
  }
  state.counters["mac/s"] =
      benchmark::Counter(2.0 * rows * rows * width, benchmark::Counter::kIsIterationInvariantRate,
                         benchmark::Counter::kIs1000);
}

// Once per variant of this CPU: CLIP at 336 pixels, SigLIP at 512.
const bool kRegistered = [] {
  for (const auto& variant : SelfAttentionVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    const std::string name = "SelfAttention/" + std::string(IsaName(variant.needs));
    benchmark::RegisterBenchmark(name.c_str(), Run, variant.run)
        ->ArgNames({"T", "d"})
        ->Args({577, 64})
        ->Args({1024, 64});
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
