// Multiply-adds per second of DepthwiseConv for the shapes of the built-in vision encoder.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/conv/conv_variants.h"
#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

void BenchVariant(benchmark::State& state, DepthwiseFunction run) {
  const int side = static_cast<int>(state.range(0)), channels = static_cast<int>(state.range(1));
  const Window window{static_cast<int>(state.range(2)), static_cast<int>(state.range(3))};
  RandomValues random;
  const std::vector<float> cells = random.Draw(side * side * channels);
  const int tap_count = window.kernel * window.kernel;
  const std::vector<float> taps = random.Draw(tap_count * channels);
  const FeatureMap x{View<const float>(cells.data(), side * side, channels), side, side};
  const int outputs = window.Outputs(side);
  std::vector<float> y(static_cast<std::size_t>(outputs * outputs * channels));
  const Epilogue epilogue{.activation = Activation::kHardSwish};
  const DepthwiseCall call{x, View<const float>(taps.data(), tap_count, channels), window, epilogue,
                           View<float>(y.data(), outputs * outputs, channels)};
  for (auto _ : state) {
    run(call, 0, outputs);
    benchmark::ClobberMemory();
  }
  state.counters["mac/s"] = benchmark::Counter(static_cast<double>(y.size()) * tap_count,
                                               benchmark::Counter::kIsIterationInvariantRate,
                                               benchmark::Counter::kIs1000);
}

// Once per variant of this CPU, in one thread.
const bool kRegistered = [] {
  for (const auto& variant : DepthwiseVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    const std::string name = "DepthwiseConv/" + std::string(IsaName(variant.needs));
    benchmark::RegisterBenchmark(name.c_str(), BenchVariant, variant.run)
        ->ArgNames({"side", "C", "kernel", "stride"})
        ->Args({80, 16, 3, 2})
        ->Args({40, 72, 3, 2})
        ->Args({20, 96, 5, 2})
        ->Args({10, 240, 5, 1});
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
