// Values per second of Softmax.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/softmax/softmax.h"
#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

void BenchVariant(benchmark::State& state, SoftmaxRow run) {
  const int n = static_cast<int>(state.range(0));
  RandomValues random;
  const std::vector<float> x = random.Draw(n);
  std::vector<float> y(x.size());
  for (auto _ : state) {
    run(x.data(), y.data(), n);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * n);
}

// Once per variant of this CPU.
const bool kRegistered = [] {
  for (const auto& variant : SoftmaxVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    const std::string name = "Softmax/" + std::string(IsaName(variant.needs));
    benchmark::RegisterBenchmark(name.c_str(), BenchVariant, variant.run)->Arg(2000);
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
