// Multiply-adds per second of ColumnSums in one thread: one KV head, at the shapes in which cache
// policies call it.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/column_sums/column_sums.h"
#include "kernels/half/half.h"
#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

void BenchColumnSums(benchmark::State& state, ColumnSumsFunction run) {
  const int tokens = static_cast<int>(state.range(0)), positions = static_cast<int>(state.range(1));
  constexpr int kWidth = 64, kQueryHeads = 4;
  RandomValues random;
  const std::vector<float> q = random.Draw(tokens * kQueryHeads * kWidth);
  std::vector<std::uint16_t> halves(static_cast<std::size_t>(positions * kWidth));
  FloatToHalf(random.Draw(positions * kWidth), halves);
  const HeadRows<const std::uint16_t> keys = {
      View<const std::uint16_t>(halves.data(), positions, kWidth), 0};
  const AttentionCall<std::uint16_t> call = {
      .q = View<const float>(q.data(), tokens, kQueryHeads * kWidth),
      .keys = keys,
      .values = keys,
      .heads = {kQueryHeads, 1},
      .first_position = positions - tokens,
      .out = {}};
  std::vector<float> sums(static_cast<std::size_t>(positions));
  for (auto _ : state) {
    run(call, {.kv_head = 0, .last_row = tokens * kQueryHeads}, sums.data());
    benchmark::ClobberMemory();
  }
  double attended = 0;
  for (int t = 0; t < tokens; ++t) attended += call.Visible(t);
  state.counters["mac/s"] = benchmark::Counter(attended * kQueryHeads * kWidth,
                                               benchmark::Counter::kIsIterationInvariantRate,
                                               benchmark::Counter::kIs1000);
}

// Once per variant of this CPU: the last 16 queries of a prompt (SnapKV), and a single one (H2O).
const bool kRegistered = [] {
  for (const auto& variant : ColumnSumsVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    const std::string name = "ColumnSums/" + std::string(IsaName(variant.needs));
    benchmark::RegisterBenchmark(name.c_str(), BenchColumnSums, variant.run)
        ->ArgNames({"tokens", "positions"})
        ->Args({1, 1024})
        ->Args({16, 1024});
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
