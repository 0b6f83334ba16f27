// Values per second of quantizing a KV row to int8, at the head widths of decoders.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/kv_rows/q8_rows.h"
#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

void BenchQuantize(benchmark::State& state, QuantizeQ8RowFunction run) {
  const int n = static_cast<int>(state.range(0));
  const std::vector<float> x = RandomValues().Draw(n);
  std::vector<BlockQ8_0> y(static_cast<std::size_t>(Q8Blocks(n)));
  for (auto _ : state) {
    run(x.data(), y.data(), n);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * n);
}

// Once per variant of this CPU.
const bool kRegistered = [] {
  for (const auto& variant : QuantizeQ8RowVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    const std::string name = "QuantizeQ8Row/" + std::string(IsaName(variant.needs));
    benchmark::RegisterBenchmark(name.c_str(), BenchQuantize, variant.run)->Arg(64)->Arg(128);
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
