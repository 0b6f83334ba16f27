// Pixels of output per second when an image of 1024 x 768 is resampled to 384 x 384: rows, then
// columns.
#include <benchmark/benchmark.h>

#include <vector>

#include "kernels/resample/resample.h"

namespace edgevlm {
namespace {

constexpr int kWidth = 1024, kHeight = 768, kOut = 384;

std::vector<std::uint8_t> Image(int width, int height) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(width) *
                                  static_cast<std::size_t>(height) * 3);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7919);
  return bytes;
}

void BenchResampleRows(benchmark::State& state, ResampleRowsFunction run) {
  const std::vector<std::uint8_t> in = Image(kWidth, kHeight);
  std::vector<std::uint8_t> out = Image(kOut, kHeight);
  const ResampleAxis axis = MakeResampleAxis(kWidth, kOut, Filter::kBicubic);
  for (auto _ : state) {
    run({in.data(), kHeight, kWidth * 3}, axis, {out.data(), kHeight, kOut * 3});
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * kHeight * kOut);
}

void BenchResampleColumns(benchmark::State& state, ResampleColumnsFunction run) {
  const std::vector<std::uint8_t> in = Image(kOut, kHeight);
  std::vector<std::uint8_t> out = Image(kOut, kOut);
  const ResampleAxis axis = MakeResampleAxis(kHeight, kOut, Filter::kBicubic);
  for (auto _ : state) {
    run({in.data(), kHeight, kOut * 3}, axis, 0, {out.data(), kOut, kOut * 3});
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * kOut * kOut);
}

BENCHMARK_CAPTURE(BenchResampleRows, widest, ResampleRows);
BENCHMARK_CAPTURE(BenchResampleRows, scalar, ResampleRowsScalar);
BENCHMARK_CAPTURE(BenchResampleColumns, widest, ResampleColumns);
BENCHMARK_CAPTURE(BenchResampleColumns, scalar, ResampleColumnsScalar);

}  // namespace
}  // namespace edgevlm
