// Multiply-adds per second of MatMul: shapes of the built-in model, and stored formats at the size
// of a model with 1.4 billion weights.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/matmul/float32/float32_matmul.h"
#include "kernels/testing/values.h"
#include "tensor/testing/blocks.h"

namespace edgevlm {
namespace {

std::vector<std::byte> Stored(DType dtype, int count) {
  if (InfoOf(dtype).block_values > 1) return RandomStored(dtype, count);
  return *FromFloats(RandomValues().Draw(count), dtype);
}

void BenchVariant(benchmark::State& state, Float32MatMulFunction run, DType dtype) {
  const int t = static_cast<int>(state.range(0)), n = static_cast<int>(state.range(1)),
            k = static_cast<int>(state.range(2));
  RandomValues random;
  const std::vector<float> x = random.Draw(t * k);
  std::vector<float> y(static_cast<std::size_t>(t * n));
  ThreadPool pool(1);
  const std::vector<std::byte> stored = Stored(dtype, n * k);
  const Weight w = *Weight::Pack({dtype, {n, k}, stored}, n, k, pool);
  const Epilogue epilogue;
  const Float32MatMulCall call{View<const float>(x.data(), t, k), w, epilogue,
                               View<float>(y.data(), t, n)};
  for (auto _ : state) {
    run(call, {0, t, 0, w.panels()});
    benchmark::ClobberMemory();
  }
  state.counters["mac/s"] = benchmark::Counter(static_cast<double>(t) * n * k,
                                               benchmark::Counter::kIsIterationInvariantRate,
                                               benchmark::Counter::kIs1000);
}

// Once per variant of this CPU, in one thread.
const bool kRegistered = [] {
  for (const auto& variant : Float32MatMulVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    const std::string name = "MatMul/" + std::string(IsaName(variant.needs));
    benchmark::RegisterBenchmark(name.c_str(), BenchVariant, variant.run, DType::kF32)
        ->ArgNames({"T", "N", "K"})
        ->Args({1, 768, 256})
        ->Args({1, 2000, 256})
        ->Args({4, 768, 256})
        ->Args({8, 768, 256})
        ->Args({100, 768, 256})
        ->Args({100, 256, 1024})
        ->Args({400, 72, 24})
        ->Args({1600, 16, 27})
        ->Args({1600, 16, 16})
        ->Args({25, 576, 96});
    for (const DType dtype :
         {DType::kF16, DType::kQ4_0, DType::kQ8_0, DType::kQ4_K, DType::kQ6_K, DType::kIQ4_XS}) {
      benchmark::RegisterBenchmark((name + "/" + std::string(NameOf(dtype))).c_str(), BenchVariant,
                                   variant.run, dtype)
          ->ArgNames({"T", "N", "K"})
          ->Args({1, 2048, 2048})
          ->Args({256, 2048, 2048});
    }
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
