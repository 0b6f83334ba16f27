// Multiply-adds per second of bfloat16 products at the size of a model with 1.4 billion weights,
// and values per second of rounding activations to bfloat16.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/matmul/bf16/bf16_matmul.h"
#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

// Random activations as bf16 pairs.
struct Inputs {
  Inputs(int t, int k)
      : values(RandomValues().Draw(t * k)),
        memory(static_cast<std::size_t>(t * Bf16Rows::Columns(k))),
        rows(View<float>(memory.data(), t, Bf16Rows::Columns(k)), k) {
    for (int row = 0; row < t; ++row) RoundRowToBf16Scalar(values.data() + row * k, rows, row);
  }

  std::vector<float> values;
  std::vector<float> memory;
  Bf16Rows rows;
};

void BenchMatMul(benchmark::State& state, Bf16MatMulFunction run) {
  const int t = static_cast<int>(state.range(0)), n = static_cast<int>(state.range(1)),
            k = static_cast<int>(state.range(2));
  const Inputs x(t, k);
  ThreadPool pool(1);
  const std::vector<std::byte> stored = *FromFloats(RandomValues().Draw(n * k), DType::kBF16);
  const Weight w = *Weight::Pack({DType::kBF16, {n, k}, stored}, n, k, pool, Packing::kBf16Pairs);
  std::vector<float> y(static_cast<std::size_t>(t * n));
  const Epilogue epilogue;
  const Bf16MatMulCall call{x.rows, w, epilogue, View<float>(y.data(), t, n)};
  for (auto _ : state) {
    run(call, {0, t, 0, w.panels()});
    benchmark::ClobberMemory();
  }
  state.counters["mac/s"] = benchmark::Counter(static_cast<double>(t) * n * k,
                                               benchmark::Counter::kIsIterationInvariantRate,
                                               benchmark::Counter::kIs1000);
}

void BenchRound(benchmark::State& state, RoundRowToBf16Function run) {
  const int k = static_cast<int>(state.range(0));
  const Inputs x(1, k);
  for (auto _ : state) {
    run(x.values.data(), x.rows, 0);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * k);
}

// Once per variant of this CPU, in one thread.
const bool kRegistered = [] {
  for (const auto& variant : Bf16MatMulVariants()) {
    if (!Includes(BestIsa(), variant.needs) || variant.needs == Isa::kScalar) continue;
    const std::string name = "Bf16MatMul/" + std::string(IsaName(variant.needs));
    benchmark::RegisterBenchmark(name.c_str(), BenchMatMul, variant.run)
        ->ArgNames({"T", "N", "K"})
        ->Args({1, 2048, 2048})
        ->Args({64, 2048, 2048});
  }
  for (const auto& variant : RoundRowToBf16Variants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    const std::string name = "RoundRowToBf16/" + std::string(IsaName(variant.needs));
    benchmark::RegisterBenchmark(name.c_str(), BenchRound, variant.run)->ArgName("K")->Arg(2048);
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
