// Values per second of both GELUs, the most expensive activations.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/activation/activation.h"
#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

void BenchVariant(benchmark::State& state, ActivationRow run, Activation activation) {
  const int n = static_cast<int>(state.range(0));
  RandomValues random;
  const std::vector<float> x = random.Draw(n);
  std::vector<float> y(x.size());
  for (auto _ : state) {
    run(x.data(), {.activation = activation}, y.data(), n);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * n);
}

// Once per variant of this CPU.
const bool kRegistered = [] {
  for (const auto& variant : ActivationVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    const std::string isa(IsaName(variant.needs));
    benchmark::RegisterBenchmark(("Gelu/" + isa).c_str(), BenchVariant, variant.run,
                                 Activation::kGelu)
        ->Arg(1024);
    benchmark::RegisterBenchmark(("GeluErf/" + isa).c_str(), BenchVariant, variant.run,
                                 Activation::kGeluErf)
        ->Arg(1024);
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
