// Measures the cost of choosing a token by the size of the vocabulary.
#include <benchmark/benchmark.h>

#include "decode/sampler.h"
#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

void Choose(benchmark::State& state, const DecodeOptions& options) {
  const int vocabulary = static_cast<int>(state.range(0));
  // As of an uncertain model: a nucleus of 0.9 holds some hundreds of 32000 tokens.
  std::vector<float> logits = RandomValues().Draw(vocabulary);
  for (float& logit : logits) logit *= 4.0f;
  Sampler sampler(options, vocabulary);
  for (auto _ : state) benchmark::DoNotOptimize(sampler.Choose(logits));
}

BENCHMARK_CAPTURE(Choose, greedy, DecodeOptions{})->Arg(32'000)->Arg(151'936);
BENCHMARK_CAPTURE(Choose, drawn, DecodeOptions{.temperature = 0.8f})->Arg(32'000)->Arg(151'936);
BENCHMARK_CAPTURE(Choose, nucleus, DecodeOptions{.temperature = 0.8f, .top_p = 0.9f})
    ->Arg(32'000)
    ->Arg(151'936);

}  // namespace
}  // namespace edgevlm
