// Values per second of RmsNorm.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/rms_norm/rms_norm.h"
#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

void BenchVariant(benchmark::State& state, RmsNormRow run) {
  const int n = static_cast<int>(state.range(0));
  RandomValues random;
  const std::vector<float> x = random.Draw(n), gain = random.Draw(n);
  std::vector<float> y(x.size());
  for (auto _ : state) {
    run(x.data(), gain.data(), 1e-5f, y.data(), n);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * n);
}

// Once per variant of this CPU.
const bool kRegistered = [] {
  for (const auto& variant : RmsNormVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    const std::string name = "RmsNorm/" + std::string(IsaName(variant.needs));
    benchmark::RegisterBenchmark(name.c_str(), BenchVariant, variant.run)->Arg(2048);
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
