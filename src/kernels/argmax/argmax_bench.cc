// Values per second of ArgMax.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/argmax/argmax.h"
#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

void BenchVariant(benchmark::State& state, ArgMaxFunction run) {
  const int n = static_cast<int>(state.range(0));
  RandomValues random;
  const std::vector<float> x = random.Draw(n);
  for (auto _ : state) {
    benchmark::DoNotOptimize(run(x.data(), n));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * n);
}

// Once per variant of this CPU.
const bool kRegistered = [] {
  for (const auto& variant : ArgMaxVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    const std::string name = "ArgMax/" + std::string(IsaName(variant.needs));
    benchmark::RegisterBenchmark(name.c_str(), BenchVariant, variant.run)->Arg(2000);
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
