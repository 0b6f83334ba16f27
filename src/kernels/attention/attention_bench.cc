// Multiply-adds per second of attention in one thread, at the shapes of published models.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/attention/attention.h"
#include "kernels/attention/attention_part.h"
#include "kernels/half/half.h"
#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

struct Shape {
  const char* name;
  int tokens;
  int first_position;
  HeadCounts heads;
  int width;
  MaskRange mask;
};

constexpr Shape kVisionEncoders[] = {
    {"clip-l-336", 577, 0, {16, 16}, 64, MaskRange::kAll},
    {"siglip-b-512", 1024, 0, {12, 12}, 64, MaskRange::kAll},
    {"siglip-so400m-384", 729, 0, {16, 16}, 72, MaskRange::kAll},
};
constexpr Shape kDecoders[] = {
    {"prefill-256-16x128", 256, 0, {16, 16}, 128, MaskRange::kCausal},
    {"prefill-256-32:4x64", 256, 0, {32, 4}, 64, MaskRange::kCausal},
    {"draft-4-at-1024-32:4x64", 4, 1020, {32, 4}, 64, MaskRange::kCausal},
    {"token-at-1024-32:4x64", 1, 1023, {32, 4}, 64, MaskRange::kCausal},
    {"token-at-1024-16x128", 1, 1023, {16, 16}, 128, MaskRange::kCausal},
    {"token-at-400-16x128", 1, 399, {16, 16}, 128, MaskRange::kCausal},
};

// A token meets the caches of all layers, which lie in memory, not in the nearest caches.
constexpr int kLayersBytes = 1 << 27;

template <class Value>
std::vector<Value> TakeNumbers(int count) {
  RandomValues random;
  const std::vector<float> floats = random.Draw(count);
  if constexpr (std::is_same_v<Value, float>) {
    return floats;
  } else if constexpr (std::is_same_v<Value, BlockQ8_0>) {
    std::vector<BlockQ8_0> blocks(floats.size() / kQ8Block);
    QuantizeQ8Row(floats, blocks.data());
    return blocks;
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
      const int splits = KvSplitsBefore(call, call.Visible((last - 1) / group));
      run(call, {head, first, last, 0, splits}, partials);
    }
  }
}

template <class Value>
HeadRows<const Value> Heads(const Value* numbers, const Shape& shape) {
  const int positions = shape.first_position + shape.tokens, heads = shape.heads.kv;
  if (shape.mask == MaskRange::kAll) {
    return SideBySide(View<const Value>(numbers, positions, heads * shape.width), heads);
  }
  return {View<const Value>(numbers, positions, shape.width), positions * shape.width};
}

// A vision encoder has its heads side by side, a cache one behind the other.
template <class Value>
void BenchVariant(benchmark::State& state, AttentionFunction<Value> run, const Shape& shape) {
  const int cols = shape.heads.query * shape.width, kv_cols = shape.heads.kv * shape.width;
  const int positions = shape.first_position + shape.tokens;
  const std::vector<float> q = TakeNumbers<float>(shape.tokens * cols);
  const int layer = 2 * positions * kv_cols;
  const int layers = shape.tokens > 1 ? 1 : kLayersBytes / layer / static_cast<int>(sizeof(Value));
  const std::vector<Value> numbers = TakeNumbers<Value>(layer);
  std::vector<Value> cache;
  for (int i = 0; i < layers; ++i) cache.insert(cache.end(), numbers.begin(), numbers.end());
  std::vector<float> out(q.size());
  AttentionCall<Value> call{.q = View<const float>(q.data(), shape.tokens, cols),
                            .keys = Heads(cache.data(), shape),
                            .values = Heads(cache.data() + layer / 2, shape),
                            .heads = shape.heads,
                            .mask = shape.mask,
                            .first_position = shape.first_position,
                            .out = View<float>(out.data(), shape.tokens, cols)};
  int next = 0;
  for (auto _ : state) {
    call.keys.first.data = cache.data() + static_cast<std::ptrdiff_t>(next) * layer;
    call.values.first.data = call.keys.first.data + layer / 2;
    next = next + 1 == layers ? 0 : next + 1;
    RunParts(call, run);
    benchmark::ClobberMemory();
  }
  double pairs = 0;
  for (int t = 0; t < shape.tokens; ++t) pairs += call.Visible(t);
  state.counters["mac/s"] = benchmark::Counter(
      pairs * 2 * cols, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
  state.counters["cache B/s"] = benchmark::Counter(2.0 * sizeof(Value) * positions * kv_cols,
                                                   benchmark::Counter::kIsIterationInvariantRate,
                                                   benchmark::Counter::kIs1000);
}

template <class Value>
void Register(const std::string& isa, AttentionFunction<Value> run, std::span<const Shape> shapes) {
  for (const Shape& shape : shapes) {
    const std::string name = "Attention/" + isa + "/" + shape.name;
    benchmark::RegisterBenchmark(name.c_str(), BenchVariant<Value>, run, shape);
  }
}

// Once per variant of this CPU: vision encoders read float32, decoders a cache of float16.
const bool kRegistered = [] {
  for (const auto& variant : AttentionVariants<float>()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    Register<float>(std::string(IsaName(variant.needs)), variant.run, kVisionEncoders);
  }
  for (const auto& variant : AttentionVariants<std::uint16_t>()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    Register<std::uint16_t>(std::string(IsaName(variant.needs)), variant.run, kDecoders);
  }
  if (AttentionBf16<float>() != nullptr) {
    Register<float>("avx512-bfloat16", AttentionBf16<float>(), kVisionEncoders);
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
