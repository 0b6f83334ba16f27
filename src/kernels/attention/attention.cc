#include "kernels/attention/attention.h"

#include <algorithm>
#include <cstdint>

#include "kernels/attention/attention_part.h"
#include "kernels/row_shares.h"

namespace edgevlm {
namespace {

// Parts per thread that even out what the parts cost.
constexpr int kPartsPerThread = 4;
// Sums that lie on the caller's stack while threads share the positions of few rows.
constexpr int kSplitValues = 1 << 15;
constexpr int kSplitRows = 1 << 11;

int CeilDivide(int a, int b) { return (a + b - 1) / b; }

template <class Value>
void CheckWidth(const HeadRows<const Value>& rows, int width) {
  CHECK(rows.first.cols == RowCells<Value>(width));
}
void CheckWidth(const PackedRows& rows, int width) {
  CHECK(rows.shape.width == width && rows.waiting.cols == width);
  CHECK(rows.packed % rows.shape.group == 0);
  const bool is_plain = rows.shape.rank == 0 && rows.shape.outliers == 0;
  CHECK(is_plain || rows.shape.group == kMaxPackedGroup);
}

template <class Value>
void CheckShapes(const AttentionCall<Value>& call) {
  const HeadCounts& heads = call.heads;
  CHECK(heads.kv >= 1 && heads.query >= heads.kv && heads.query % heads.kv == 0);
  CHECK(call.q.cols % heads.query == 0 && call.width() >= 1 && call.width() <= kMaxHeadWidth);
  CHECK(call.out.rows == call.q.rows && call.out.cols == call.q.cols);
  CheckWidth(call.keys, call.width());
  CheckWidth(call.values, call.width());
  CHECK(call.keys.rows() <= call.values.rows());
  if (call.sight == Sight::kAll) {
    CHECK(call.keys.rows() >= 1 || call.q.rows == 0);
  } else {
    CHECK(call.first_position >= 0 && call.keys.rows() - call.first_position >= call.q.rows);
  }
}

template <class Value>
AttentionFunction<Value> ChooseFunction(AttentionPrecision precision) {
  static const AttentionFunction<Value> kFloat32 = AttentionVariants<Value>().Chosen();
  static const AttentionFunction<Value> kBfloat16 = AttentionBfloat16<Value>();
  const bool is_bfloat16 = precision == AttentionPrecision::kBfloat16;
  return is_bfloat16 && kBfloat16 != nullptr ? kBfloat16 : kFloat32;
}

// A call, cut into parts.
template <class Value>
struct Cut {
  const AttentionCall<Value>& call;
  AttentionFunction<Value> function;
  int rows = 0;        // of one head of the keys
  int rows_each = 0;   // of a part
  int parts_each = 0;  // parts of one head of the keys
  int stretches = 0;   // that any row sees

  // Part i of all heads, with all the stretches that it sees.
  AttentionPart Part(int i) const {
    const int first = i % parts_each * rows_each;
    const int last = std::min(first + rows_each, rows);
    const int visible = call.Visible(call.Token(last - 1));
    return {i / parts_each, first, last, 0, CeilDivide(visible, kStretch)};
  }
};

template <class Value>
Cut<Value> MakeCut(const AttentionCall<Value>& call, int threads) {
  const int rows = call.q.rows * call.heads_per_kv();
  const int wanted = CeilDivide(kPartsPerThread * threads, call.heads.kv);
  const int fewest = CeilDivide(rows, MaxPartRows(call.width()));
  const int parts = std::max(fewest, std::min(wanted, CeilDivide(rows, kRowTile)));
  const int rows_each = CeilDivide(CeilDivide(rows, parts), kSumsPadding) * kSumsPadding;
  return {.call = call,
          .function = ChooseFunction<Value>(call.precision),
          .rows = rows,
          .rows_each = rows_each,
          .parts_each = CeilDivide(rows, rows_each),
          .stretches = CeilDivide(call.Visible(call.q.rows - 1), kStretch)};
}

template <class Value>
void Finish(const AttentionCall<Value>& call, const AttentionPart& part, const Partials& partials) {
  const int width = call.width();
  for (int row = part.first_row; row < part.last_row; ++row) {
    float* out = call.out.Row(call.Token(row)).data() + call.Column(part.kv_head, row);
    FinishRow(partials.From(row - part.first_row), width, out);
  }
}

// Every thread takes whole rows. Neighboring parts read the same keys, and those of one head cost
// little (early rows) and much (late ones) by turns.
template <class Value>
void AttendByRows(const Cut<Value>& cut, ThreadPool& pool) {
  const int parts = cut.parts_each * cut.call.heads.kv;
  const std::int64_t positions = cut.call.Visible(cut.call.q.rows - 1);
  const std::int64_t work = 2 * cut.rows_each * positions * cut.call.width();
  pool.ParallelFor(parts, ProductGrain(cut.rows_each, work), [&cut](int begin, int end, int) {
    alignas(64) float sums[kMaxPartValues];
    float total[kMaxPartRows], highest[kMaxPartRows];
    const Partials partials = {sums, total, highest, PaddedWidth(cut.call.width())};
    for (int i = begin; i < end; ++i) {
      const AttentionPart part = cut.Part(i);
      cut.function(cut.call, part, partials);
      Finish(cut.call, part, partials);
    }
  });
}

// The sums of stretches, for rows that are fewer than one part per head. Slot s of a head holds the
// rows of one stretch; slot 0 what has been joined.
struct Slots {
  alignas(64) float sums[kSplitValues];
  float total[kSplitRows];
  float highest[kSplitRows];

  Partials At(int first_row, int stride) {
    return {sums + first_row * stride, total + first_row, highest + first_row, stride};
  }
};

int SlotCount(int rows, int width) {
  return std::min(kSplitValues / PaddedWidth(width), kSplitRows) / rows;
}

template <class Value>
struct Round {
  const Cut<Value>& cut;
  Slots& slots;
  int first_stretch = 0;
  int stretches = 0;
  int first_slot = 0;

  Partials At(int slot, int kv_head) const {
    const int row = (slot * cut.call.heads.kv + kv_head) * cut.rows;
    return slots.At(row, PaddedWidth(cut.call.width()));
  }
};

template <class Value>
void JoinRound(const Round<Value>& round, int kv_head) {
  const AttentionCall<Value>& call = round.cut.call;
  for (int i = round.first_slot == 0 ? 1 : 0; i < round.stretches; ++i) {
    const Partials next = round.At(round.first_slot + i, kv_head);
    const Partials into = round.At(0, kv_head);
    for (int row = 0; row < round.cut.rows; ++row) {
      const bool sees = call.Visible(call.Token(row)) > (round.first_stretch + i) * kStretch;
      if (sees) JoinRow(next.From(row), into.From(row), call.width());
    }
  }
}

// Threads take stretches of positions, as many at a time as there are slots.
template <class Value>
void AttendByPositions(const Cut<Value>& cut, int slot_count, ThreadPool& pool) {
  Slots slots;
  Round<Value> round = {.cut = cut, .slots = slots};
  while (round.first_stretch < cut.stretches) {
    round.stretches = std::min(slot_count - round.first_slot, cut.stretches - round.first_stretch);
    pool.ParallelFor(round.stretches * cut.call.heads.kv, 1, [&round](int begin, int end, int) {
      for (int i = begin; i < end; ++i) {
        const int head = i / round.stretches, slot = i % round.stretches;
        const int stretch = round.first_stretch + slot;
        round.cut.function(round.cut.call, {head, 0, round.cut.rows, stretch, stretch + 1},
                           round.At(round.first_slot + slot, head));
      }
    });
    for (int head = 0; head < cut.call.heads.kv; ++head) JoinRound(round, head);
    round.first_stretch += round.stretches;
    round.first_slot = 1;
  }
  for (int head = 0; head < cut.call.heads.kv; ++head) {
    Finish(cut.call, {head, 0, cut.rows, 0, cut.stretches}, round.At(0, head));
  }
}

template <class Value>
void AttendCut(const AttentionCall<Value>& call, ThreadPool& pool) {
  CheckShapes(call);
  if (call.q.rows == 0) return;
  const Cut<Value> cut = MakeCut(call, pool.threads());
  const int slots = SlotCount(cut.rows * call.heads.kv, call.width());
  const bool is_short_of_rows = cut.parts_each == 1 && call.heads.kv % pool.threads() != 0 &&
                                call.heads.kv < kPartsPerThread * pool.threads();
  if (is_short_of_rows && cut.stretches > 1 && slots > 2) {
    AttendByPositions(cut, slots, pool);
  } else {
    AttendByRows(cut, pool);
  }
}

}  // namespace

template <>
const VariantList<AttentionFunction<float>>& AttentionVariants<float>() {
  static const VariantList<AttentionFunction<float>> kVariants(AttentionOfFloatHighway(),
                                                               AttentionScalar);
  return kVariants;
}

template <>
const VariantList<AttentionFunction<std::uint16_t>>& AttentionVariants<std::uint16_t>() {
  static const VariantList<AttentionFunction<std::uint16_t>> kVariants(AttentionOfHalfHighway(),
                                                                       AttentionScalar);
  return kVariants;
}

template <>
const VariantList<AttentionFunction<BlockQ8_0>>& AttentionVariants<BlockQ8_0>() {
  static const VariantList<AttentionFunction<BlockQ8_0>> kVariants(AttentionOfBlocksHighway(),
                                                                   AttentionScalar);
  return kVariants;
}

template <>
const VariantList<AttentionFunction<PackedRows>>& AttentionVariants<PackedRows>() {
  static const VariantList<AttentionFunction<PackedRows>> kVariants(AttentionOfPackedHighway(),
                                                                    AttentionScalar);
  return kVariants;
}

void Attend(const AttentionCall<float>& call, ThreadPool& pool) { AttendCut(call, pool); }

void Attend(const AttentionCall<std::uint16_t>& call, ThreadPool& pool) { AttendCut(call, pool); }

void Attend(const AttentionCall<BlockQ8_0>& call, ThreadPool& pool) { AttendCut(call, pool); }

void Attend(const AttentionCall<PackedRows>& call, ThreadPool& pool) { AttendCut(call, pool); }

}  // namespace edgevlm
