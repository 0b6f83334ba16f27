// Values per second of Gate.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/gate/gate.h"
#include "kernels/test_values.h"

namespace edgevlm {
namespace {

void Run(benchmark::State& state, GateRow run) {
  const int n = static_cast<int>(state.range(0));
  RandomValues random;
  const std::vector<float> gate = random.Take(n), up = random.Take(n);
  std::vector<float> y(gate.size());
  for (auto _ : state) {
    run(gate.data(), up.data(), y.data(), n);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * n);
}

// Once per variant of this CPU.
const bool kRegistered = [] {
  for (const auto& variant : GateVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    const std::string name = "Gate/" + std::string(IsaName(variant.needs));
    benchmark::RegisterBenchmark(name.c_str(), Run, variant.run)->Arg(5632);
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
