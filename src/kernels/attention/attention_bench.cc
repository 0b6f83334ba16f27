// Multiply-adds per second of attention in one thread, at the shapes of published models.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/attention/attention.h"
#include "kernels/attention/attention_part.h"
#include "kernels/half/half.h"
#include "kernels/test_values.h"

namespace edgevlm {
namespace {

struct Shape {
  const char* name;
  int tokens;
  int first_position;
  HeadCounts heads;
  int width;
  Sight sight;
};

constexpr Shape kEyes[] = {
    {"clip-l-336", 577, 0, {16, 16}, 64, Sight::kAll},
    {"siglip-b-512", 1024, 0, {12, 12}, 64, Sight::kAll},
    {"siglip-so400m-384", 729, 0, {16, 16}, 72, Sight::kAll},
};
constexpr Shape kDecoders[] = {
    {"prefill-256-16x128", 256, 0, {16, 16}, 128, Sight::kCausal},
    {"prefill-256-32:4x64", 256, 0, {32, 4}, 64, Sight::kCausal},
    {"draft-4-at-1024-32:4x64", 4, 1020, {32, 4}, 64, Sight::kCausal},
    {"token-at-1024-32:4x64", 1, 1023, {32, 4}, 64, Sight::kCausal},
    {"token-at-1024-16x128", 1, 1023, {16, 16}, 128, Sight::kCausal},
};

template <class Value>
std::vector<Value> TakeNumbers(int count) {
  RandomValues random;
  const std::vector<float> floats = random.Take(count);
  if constexpr (sizeof(Value) == sizeof(float)) {
    return floats;
  } else {
    std::vector<Value> halves(floats.size());
    FloatToHalf(floats, halves);
    return halves;
  }
}

template <class Value>
void RunParts(const AttentionCall<Value>& call, AttentionFunction<Value> run) {
  alignas(64) static float sums[kMaxPartValues];
  float total[kMaxPartRows], highest[kMaxPartRows];
  const int group = call.heads_per_kv(), rows = call.q.rows * group;
  const Partials partials = {sums, total, highest, PaddedWidth(call.width())};
  for (int head = 0; head < call.heads.kv; ++head) {
    for (int first = 0; first < rows; first += MaxPartRows(call.width())) {
      const int last = std::min(first + MaxPartRows(call.width()), rows);
      const int visible = call.Visible((last - 1) / group);
      const int chunks = (visible + kChunkPositions - 1) / kChunkPositions;
      run(call, {head, first, last, 0, chunks}, partials);
    }
  }
}

// Queries, keys and values in the rows of all heads, as a model has them.
template <class Value>
void Run(benchmark::State& state, AttentionFunction<Value> run, const Shape& shape) {
  const int cols = shape.heads.query * shape.width, kv_cols = shape.heads.kv * shape.width;
  const int positions = shape.first_position + shape.tokens;
  const std::vector<float> q = TakeNumbers<float>(shape.tokens * cols);
  const std::vector<Value> keys = TakeNumbers<Value>(positions * kv_cols), values = keys;
  std::vector<float> out(q.size());
  const AttentionCall<Value> call{
      .q = View<const float>(q.data(), shape.tokens, cols),
      .keys = View<const Value>(keys.data(), positions, kv_cols),
      .values = View<const Value>(values.data(), positions, kv_cols),
      .heads = shape.heads,
      .sight = shape.sight,
      .first_position = shape.first_position,
      .out = View<float>(out.data(), shape.tokens, cols)};
  for (auto _ : state) {
    RunParts(call, run);
    benchmark::ClobberMemory();
  }
  double pairs = 0;
  for (int t = 0; t < shape.tokens; ++t) pairs += call.Visible(t);
  state.counters["mac/s"] = benchmark::Counter(
      pairs * 2 * cols, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
  state.counters["cache B/s"] = benchmark::Counter(
      2.0 * sizeof(Value) * positions * kv_cols, benchmark::Counter::kIsIterationInvariantRate,
      benchmark::Counter::kIs1000);
}

template <class Value>
void Register(const std::string& isa, AttentionFunction<Value> run, std::span<const Shape> shapes) {
  for (const Shape& shape : shapes) {
    const std::string name = "Attention/" + isa + "/" + shape.name;
    benchmark::RegisterBenchmark(name.c_str(), Run<Value>, run, shape);
  }
}

// Once per variant of this CPU: eyes read float32, decoders a cache of float16.
const bool kRegistered = [] {
  for (const auto& variant : AttentionVariants<float>()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    Register<float>(std::string(IsaName(variant.needs)), variant.run, kEyes);
  }
  for (const auto& variant : AttentionVariants<std::uint16_t>()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    Register<std::uint16_t>(std::string(IsaName(variant.needs)), variant.run, kDecoders);
  }
  if (AttentionBfloat16<float>() != nullptr) {
    Register<float>("avx512-bfloat16", AttentionBfloat16<float>(), kEyes);
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
