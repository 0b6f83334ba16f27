// Products per second of RowProducts, at the shape of an image's tokens that are matched.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/row_products/row_products.h"
#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

void BenchVariant(benchmark::State& state, RowProductsFunction run) {
  const int rows = static_cast<int>(state.range(0)), width = static_cast<int>(state.range(1));
  RandomValues random;
  const std::vector<float> a = random.Draw(rows * width), b = random.Draw(rows * width);
  std::vector<float> y(static_cast<std::size_t>(rows * rows));
  for (auto _ : state) {
    run({a.data(), rows, width}, {b.data(), rows, width}, {y.data(), rows, rows});
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * rows * rows * width);
}

// Once per variant of this CPU.
const bool kRegistered = [] {
  for (const auto& variant : RowProductsVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    const std::string name = "RowProducts/" + std::string(IsaName(variant.needs));
    benchmark::RegisterBenchmark(name.c_str(), BenchVariant, variant.run)->Args({288, 64});
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
