// Values per second of Quantize, for every stored format.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/quantize/quantize.h"
#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

void BenchQuantize(benchmark::State& state, DType dtype) {
  constexpr int kValues = 4096;
  const std::vector<float> values = RandomValues().Draw(kValues);
  const DTypeInfo& info = InfoOf(dtype);
  std::vector<std::byte> bytes(
      static_cast<std::size_t>(kValues / info.block_values * info.block_bytes));
  for (auto _ : state) {
    Quantize(values, dtype, bytes);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * kValues);
}

const bool kRegistered = [] {
  for (const DTypeInfo& info : DTypes()) {
    benchmark::RegisterBenchmark(("Quantize/" + std::string(info.name)).c_str(), BenchQuantize,
                                 info.dtype);
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
