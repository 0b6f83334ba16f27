// Multiply-adds per second of int8 products at the size of a model with 1.4 billion weights, and of
// quantizing the activations.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/matmul/int8/int8_matmul.h"
#include "kernels/testing/quantized_rows.h"
#include "kernels/testing/values.h"
#include "tensor/testing/blocks.h"

namespace edgevlm {
namespace {

// Random activations, quantized.
struct Inputs {
  Inputs(int t, int k, const Int8Rounding& rounding)
      : values(RandomValues().Draw(t * k)), memory(t, k, rounding) {
    ThreadPool pool(1);
    QuantizeRows(View<const float>(values.data(), t, k), memory.rows(), pool);
  }

  std::vector<float> values;
  QuantizedTestRows memory;
};

void BenchMatMul(benchmark::State& state, Int8MatMulFunction run, DType dtype, Packing packing,
                 Activation activation) {
  const int t = static_cast<int>(state.range(0)), n = static_cast<int>(state.range(1)),
            k = static_cast<int>(state.range(2));
  ThreadPool pool(1);
  const std::vector<std::byte> stored = InfoOf(dtype).block_values > 1
                                            ? RandomStored(dtype, n * k)
                                            : *FromFloats(RandomValues().Draw(n * k), dtype);
  const Weight w = *Weight::Pack({dtype, {n, k}, stored}, n, k, pool, packing);
  const Inputs x(t, k, RoundingFor(w));
  constexpr int kPadding = 16;  // else all rows fall into the same sets of the cache
  const int stride = n + kPadding;
  std::vector<float> y(static_cast<std::size_t>(t * stride));
  const std::vector<float> bias(static_cast<std::size_t>(n), 0.5f);
  const Epilogue epilogue = {.bias = bias, .activation = activation};
  const Int8MatMulCall call{x.memory.rows(), w, epilogue, View<float>(y.data(), t, n, stride)};
  for (auto _ : state) {
    run(call, {0, t, 0, w.panels()});
    benchmark::ClobberMemory();
  }
  using benchmark::Counter;
  const double bytes = static_cast<double>(w.bytes());
  state.counters["mac/s"] =
      Counter(static_cast<double>(t) * n * k, Counter::kIsIterationInvariantRate, Counter::kIs1000);
  state.counters["weights/s"] =
      Counter(bytes, Counter::kIsIterationInvariantRate, Counter::kIs1000);
}

void BenchQuantize(benchmark::State& state, QuantizeInputsFunction run) {
  constexpr Int8Rounding kRoundings[] = {{32, 32, 1}, {32, 128, 8}, Int8Rounding(), kRowRounding};
  const int k = static_cast<int>(state.range(0));
  const Inputs x(1, k, kRoundings[state.range(1)]);
  for (auto _ : state) {
    run({x.values.data(), 0, 0, k}, x.memory.rows());
    benchmark::ClobberMemory();
  }
}

// Once per variant of this CPU, in one thread.
const bool kRegistered = [] {
  for (const auto& variant : Int8MatMulVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    const std::string name = "Int8MatMul/" + std::string(IsaName(variant.needs));
    for (const DType dtype : {DType::kF16, DType::kQ4_0, DType::kQ8_0, DType::kQ4_K, DType::kQ6_K,
                              DType::kQ2_K, DType::kIQ4_XS}) {
      benchmark::RegisterBenchmark((name + "/" + std::string(NameOf(dtype))).c_str(), BenchMatMul,
                                   variant.run, dtype, Packing::kInt8, Activation::kNone)
          ->ArgNames({"T", "N", "K"})
          ->Args({1, 4096, 2048})
          ->Args({1, 65536, 2048})
          ->Args({4, 4096, 2048})
          ->Args({4, 65536, 2048})
          ->Args({8, 65536, 2048})
          ->Args({48, 65536, 2048})
          ->Args({256, 2048, 2048})
          ->Args({256, 2048, 5632});
    }
    benchmark::RegisterBenchmark((name + "/rows").c_str(), BenchMatMul, variant.run, DType::kF16,
                                 Packing::kInt8Rows, Activation::kNone)
        ->ArgNames({"T", "N", "K"})
        ->Args({1, 4096, 2048})
        ->Args({8, 4096, 2048})
        ->Args({577, 4096, 1024})
        ->Args({577, 1024, 4096});
    benchmark::RegisterBenchmark((name + "/rows and QuickGELU").c_str(), BenchMatMul, variant.run,
                                 DType::kF16, Packing::kInt8Rows, Activation::kQuickGelu)
        ->ArgNames({"T", "N", "K"})
        ->Args({289, 4096, 1024});
  }
  for (const auto& variant : QuantizeInputsVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    const std::string name = "QuantizeRow/" + std::string(IsaName(variant.needs));
    benchmark::RegisterBenchmark(name.c_str(), BenchQuantize, variant.run)
        ->ArgNames({"K", "rounding"})
        ->ArgsProduct({{2048}, {0, 1, 2, 3}});
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
