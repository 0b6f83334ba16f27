// Values per second of LayerNorm.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/layer_norm/layer_norm.h"
#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

void BenchVariant(benchmark::State& state, LayerNormRow run) {
  const int n = static_cast<int>(state.range(0));
  RandomValues random;
  const std::vector<float> x = random.Draw(n);
  std::vector<float> y(x.size());
  const std::vector<float> gain = random.Draw(n), bias = random.Draw(n);
  for (auto _ : state) {
    run(x.data(), gain.data(), bias.data(), 1e-5f, y.data(), n);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * n);
}

// Once per variant of this CPU.
const bool kRegistered = [] {
  for (const auto& variant : LayerNormVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    const std::string name = "LayerNorm/" + std::string(IsaName(variant.needs));
    benchmark::RegisterBenchmark(name.c_str(), BenchVariant, variant.run)->Arg(256);
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
