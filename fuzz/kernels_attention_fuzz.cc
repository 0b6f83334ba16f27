// Attention over keys and values in the formats of the KV cache.
#include <algorithm>
#include <cfloat>

#include "kernels/attention/attention_part.h"
#include "kernels/half/half.h"
#include "kernels_fuzz.h"

namespace edgevlm {
namespace {

template <class Value>
std::vector<Value> StoredRow(const std::vector<float>& row) {
  if constexpr (std::is_same_v<Value, float>) {
    return row;
  } else if constexpr (std::is_same_v<Value, std::uint16_t>) {
    std::vector<Value> stored(row.size());
    FloatToHalf(row, stored);
    return stored;
  } else {
    std::vector<Value> stored(static_cast<std::size_t>(Q8Blocks(static_cast<int>(row.size()))));
    QuantizeQ8Row(row, stored.data());
    return stored;
  }
}

// Rows [positions, heads * cells] of all heads side by side.
template <class Value>
std::vector<Value> StoredRows(FuzzProblem& problem, int positions, int heads, int width) {
  std::vector<Value> rows;
  for (int i = 0; i < positions * heads; ++i) {
    const std::vector<Value> row = StoredRow<Value>(problem.NormalValues(width));
    rows.insert(rows.end(), row.begin(), row.end());
  }
  return rows;
}

template <class Value>
void FuzzAttention(FuzzProblem& problem) {
  const int tokens = problem.Int(1, 40), kv_heads = problem.Int(1, 3), group = problem.Int(1, 4);
  const int width = problem.Int(1, kMaxHeadWidth);
  const int before = problem.Int(0, problem.Int(0, 3) == 0 ? 2 * kKvSplit : 60);
  const int positions = before + tokens, heads = kv_heads * group;
  const std::vector<float> q = problem.NormalValues(tokens * heads * width);
  const auto keys = StoredRows<Value>(problem, positions, kv_heads, width);
  const auto values = StoredRows<Value>(problem, positions, kv_heads, width);
  const std::vector<float> counts = problem.NormalValues(problem.Bool() ? positions : 0);
  const int cells = kv_heads * RowCells<Value>(width);
  const AttentionCall<Value> call = {
      .q = View<const float>(q.data(), tokens, heads * width),
      .keys = SideBySide(View<const Value>(keys.data(), positions, cells), kv_heads),
      .values = SideBySide(View<const Value>(values.data(), positions, cells), kv_heads),
      .heads = {heads, kv_heads},
      .mask = problem.Bool() ? MaskRange::kAll : MaskRange::kCausal,
      .first_position = before,
      .window = problem.Bool() ? problem.Int(1, 100) : 0,
      .log2_counts = counts.empty() ? nullptr : counts.data(),
      .out = {}};
  AttentionPart part = {.kv_head = problem.Int(0, kv_heads - 1)};
  part.first_row = problem.Int(0, tokens * group - 1);
  part.last_row = std::min(problem.Int(part.first_row + 1, tokens * group),
                           part.first_row + MaxPartRows(width));
  part.last_split = KvSplitsBefore(call, call.Visible((part.last_row - 1) / group));
  const auto run = [&](AttentionFunction<Value> function) {
    std::vector<float> sums(kMaxPartValues), total(kMaxPartRows), highest(kMaxPartRows);
    const Partials partials = {sums.data(), total.data(), highest.data(), PaddedWidth(width)};
    function(call, part, partials);
    std::vector<float> out(static_cast<std::size_t>(part.rows() * width));
    for (int row = 0; row < part.rows(); ++row) {
      NormalizeRow(partials.From(row), width, out.data() + row * width);
    }
    return out;
  };
  const std::vector<float> expected = run(AttentionScalar);
  const double d = width;
  const double tolerance = 4 * double{FLT_EPSILON} * (2 * d * std::sqrt(d) + positions + 8);
  ForEachFuzzVariant(AttentionVariants<Value>(), [&](const auto& variant) {
    CheckVariant("attention", variant.needs, run(variant.run), expected,
                 [&](std::size_t) { return tolerance; });
  });
}

}  // namespace
}  // namespace edgevlm

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  edgevlm::FuzzProblem problem(data, size);
  constexpr void (*kFormats[])(edgevlm::FuzzProblem&) = {
      edgevlm::FuzzAttention<float>, edgevlm::FuzzAttention<std::uint16_t>,
      edgevlm::FuzzAttention<edgevlm::BlockQ8_0>};
  kFormats[problem.Int(0, 2)](problem);
  return 0;
}
