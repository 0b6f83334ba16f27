// Values per second of Rope: 16 heads of 128 values.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/rope/rope.h"
#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

void BenchVariant(benchmark::State& state, RopeRow run) {
  constexpr RopeRowShape kShape = {.heads = 16, .head_width = 128, .rotated = 128};
  RandomValues random;
  std::vector<float> x = random.Draw(kShape.heads * kShape.head_width);
  std::vector<float> table(2 * kShape.rotated);
  FillRopeTable(RopeFrequencies({.rotated = kShape.rotated}), kShape.pairs, 100,
                View<float>(table.data(), 1, 2 * kShape.rotated));
  for (auto _ : state) {
    run(x.data(), table.data(), kShape);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * kShape.heads * kShape.head_width);
}

// Once per variant of this CPU.
const bool kRegistered = [] {
  for (const auto& variant : RopeVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    const std::string name = "Rope/" + std::string(IsaName(variant.needs));
    benchmark::RegisterBenchmark(name.c_str(), BenchVariant, variant.run);
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
