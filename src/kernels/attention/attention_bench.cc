// Multiply-adds per second of Attend for a prefill and for one token.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/attention/attention.h"
#include "kernels/half/half.h"
#include "kernels/test_values.h"

namespace edgevlm {
namespace {

void Run(benchmark::State& state, AttentionFunction run) {
  const int tokens = static_cast<int>(state.range(0)), first = static_cast<int>(state.range(1)),
            width = static_cast<int>(state.range(2));
  RandomValues random;
  const std::vector<float> q = random.Take(tokens * width);
  const int positions = first + tokens;
  std::vector<std::uint16_t> cache(static_cast<std::size_t>(positions * width));
  FloatToHalf(random.Take(positions * width), cache);
  std::vector<float> out(q.size());
  const View<const std::uint16_t> rows(cache.data(), positions, width);
  const AttentionCall call{View<const float>(q.data(), tokens, width), rows, rows, {1, 1}, first,
                           View<float>(out.data(), tokens, width)};
  for (auto _ : state) {
    for (int token = 0; token < tokens; token += 16) {
      run(call, {0, token, std::min(token + 16, tokens)});
    }
    benchmark::ClobberMemory();
  }
  const double pairs = tokens * (first + 0.5 * (tokens + 1));
  state.counters["mac/s"] =
      benchmark::Counter(pairs * 2 * width, benchmark::Counter::kIsIterationInvariantRate,
                         benchmark::Counter::kIs1000);
}

// Once per variant of this CPU, one head in one thread.
const bool kRegistered = [] {
  for (const auto& variant : AttentionVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    const std::string name = "Attention/" + std::string(IsaName(variant.needs));
    benchmark::RegisterBenchmark(name.c_str(), Run, variant.run)
        ->ArgNames({"T", "first", "d"})
        ->Args({1, 120, 64})
        ->Args({100, 0, 32})
        ->Args({100, 0, 64});
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
