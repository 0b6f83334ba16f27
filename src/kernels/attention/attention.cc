#include "kernels/attention/attention.h"

#include <algorithm>
#include <cstdint>

#include "kernels/attention/attention_part.h"
#include "kernels/row_chunks.h"

namespace edgevlm {
namespace {

// Parts per thread: enough to even out their different cost.
constexpr int kPartsPerThread = 4;
// Sizes of the sums on the caller's stack when threads split the positions of few query rows.
constexpr int kSlotValues = 1 << 15;
constexpr int kSlotRows = 1 << 11;

int CeilDivide(int a, int b) { return (a + b - 1) / b; }

template <class Value>
void CheckWidth(const HeadRows<const Value>& rows, int width) {
  CHECK(rows.first.cols == RowCells<Value>(width));
}
void CheckWidth(const Q4Rows& rows, int width) {
  CHECK(rows.shape.width == width && rows.unquantized.cols == width);
  CHECK(rows.quantized % rows.shape.group == 0);
  const bool is_plain = rows.shape.rank == 0 && rows.shape.outliers == 0;
  CHECK(is_plain || rows.shape.group == kMaxQ4Group);
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
  CHECK(call.window >= 0);
  if (call.mask == MaskRange::kAll && call.window == 0) {
    CHECK(call.keys.rows() >= 1 || call.q.rows == 0);
  } else {
    CHECK(call.first_position >= 0 && call.keys.rows() - call.first_position >= call.q.rows);
  }
}

template <class Value>
AttentionFunction<Value> ChooseFunction(AttentionPrecision precision) {
  static const AttentionFunction<Value> kFloat32 = AttentionVariants<Value>().Chosen();
  static const AttentionFunction<Value> kBfloat16 = AttentionBf16<Value>();
  const bool is_bfloat16 = precision == AttentionPrecision::kBfloat16;
  return is_bfloat16 && kBfloat16 != nullptr ? kBfloat16 : kFloat32;
}

// A call and how it is cut into parts.
template <class Value>
struct Cut {
  const AttentionCall<Value>& call;
  AttentionFunction<Value> function;
  int rows = 0;        // query rows of one KV head
  int rows_each = 0;   // of a part
  int parts_each = 0;  // parts per KV head
  int first_split = 0;
  int last_split = 0;  // any row attends to [first_split, last_split)

  // Part i of all heads, with all splits that its rows attend to.
  AttentionPart Part(int i) const {
    const int first = i % parts_each * rows_each;
    const int last = std::min(first + rows_each, rows);
    return {i / parts_each, first, last, call.FirstVisible(call.Token(first)) / KvSplit(call),
            KvSplitsBefore(call, call.Visible(call.Token(last - 1)))};
  }
};

template <class Value>
Cut<Value> MakeCut(const AttentionCall<Value>& call, int threads) {
  const int rows = call.q.rows * call.heads_per_kv();
  const int wanted = CeilDivide(kPartsPerThread * threads, call.heads.kv);
  const int fewest = CeilDivide(rows, MaxPartRows(call.width()));
  const int parts = std::max(fewest, std::min(wanted, CeilDivide(rows, kQueryTile)));
  const int rows_each = CeilDivide(CeilDivide(rows, parts), kSumsPadding) * kSumsPadding;
  return {.call = call,
          .function = ChooseFunction<Value>(call.precision),
          .rows = rows,
          .rows_each = rows_each,
          .parts_each = CeilDivide(rows, rows_each),
          .first_split = call.FirstVisible(0) / KvSplit(call),
          .last_split = KvSplitsBefore(call, call.Visible(call.q.rows - 1))};
}

template <class Value>
void WriteOutputs(const AttentionCall<Value>& call, const AttentionPart& part,
                  const Partials& partials) {
  const int width = call.width();
  for (int row = part.first_row; row < part.last_row; ++row) {
    float* out = call.out.Row(call.Token(row)).data() + call.Column(part.kv_head, row);
    NormalizeRow(partials.From(row - part.first_row), width, out);
  }
}

// Each chunk is a range of whole query rows. Neighboring parts read the same keys; within a head,
// early rows cost little and late ones much.
template <class Value>
void AttendByRows(const Cut<Value>& cut, ThreadPool& pool) {
  const int parts = cut.parts_each * cut.call.heads.kv;
  const int last = cut.call.q.rows - 1;
  const std::int64_t positions = cut.call.Visible(last) - cut.call.FirstVisible(last);
  const std::int64_t work = 2 * cut.rows_each * positions * cut.call.width();
  pool.ParallelFor(parts, ProductGrain(cut.rows_each, work), [&cut](int begin, int end, int) {
    alignas(64) float sums[kMaxPartValues];
    float total[kMaxPartRows], highest[kMaxPartRows];
    const Partials partials = {sums, total, highest, PaddedWidth(cut.call.width())};
    for (int i = begin; i < end; ++i) {
      const AttentionPart part = cut.Part(i);
      cut.function(cut.call, part, partials);
      WriteOutputs(cut.call, part, partials);
    }
  });
}

// The sums of KV splits, for calls with at most one part per head. Slot s of a head holds the rows
// of one split; slot 0 holds what has been joined so far.
struct Slots {
  alignas(64) float sums[kSlotValues];
  float total[kSlotRows];
  float highest[kSlotRows];

  Partials At(int first_row, int stride) {
    return {sums + first_row * stride, total + first_row, highest + first_row, stride};
  }
};

int SlotCount(int rows, int width) {
  return std::min(kSlotValues / PaddedWidth(width), kSlotRows) / rows;
}

template <class Value>
struct Round {
  const Cut<Value>& cut;
  Slots& slots;
  int first_split = 0;
  int splits = 0;
  int first_slot = 0;

  Partials At(int slot, int kv_head) const {
    const int row = (slot * cut.call.heads.kv + kv_head) * cut.rows;
    return slots.At(row, PaddedWidth(cut.call.width()));
  }
};

template <class Value>
void JoinRound(const Round<Value>& round, int kv_head) {
  const AttentionCall<Value>& call = round.cut.call;
  for (int i = round.first_slot == 0 ? 1 : 0; i < round.splits; ++i) {
    const Partials next = round.At(round.first_slot + i, kv_head);
    const Partials into = round.At(0, kv_head);
    for (int row = 0; row < round.cut.rows; ++row) {
      const bool attends = call.Visible(call.Token(row)) > (round.first_split + i) * KvSplit(call);
      if (attends) JoinRow(next.From(row), into.From(row), call.width());
    }
  }
}

// Each chunk is a range of KV splits, as many at a time as there are slots.
template <class Value>
void AttendByPositions(const Cut<Value>& cut, int slot_count, ThreadPool& pool) {
  Slots slots;
  Round<Value> round = {.cut = cut, .slots = slots, .first_split = cut.first_split};
  while (round.first_split < cut.last_split) {
    round.splits = std::min(slot_count - round.first_slot, cut.last_split - round.first_split);
    pool.ParallelFor(round.splits * cut.call.heads.kv, 1, [&round](int begin, int end, int) {
      for (int i = begin; i < end; ++i) {
        const int head = i / round.splits, slot = i % round.splits;
        const int split = round.first_split + slot;
        round.cut.function(round.cut.call, {head, 0, round.cut.rows, split, split + 1},
                           round.At(round.first_slot + slot, head));
      }
    });
    for (int head = 0; head < cut.call.heads.kv; ++head) JoinRound(round, head);
    round.first_split += round.splits;
    round.first_slot = 1;
  }
  for (int head = 0; head < cut.call.heads.kv; ++head) {
    WriteOutputs(cut.call, {head, 0, cut.rows, cut.first_split, cut.last_split}, round.At(0, head));
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
  if (is_short_of_rows && cut.last_split - cut.first_split > 1 && slots > 2) {
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
  static const VariantList<AttentionFunction<BlockQ8_0>> kVariants(AttentionOfQ8Highway(),
                                                                   AttentionScalar);
  return kVariants;
}

template <>
const VariantList<AttentionFunction<Q4Rows>>& AttentionVariants<Q4Rows>() {
  static const VariantList<AttentionFunction<Q4Rows>> kVariants(AttentionOfQ4Highway(),
                                                                AttentionScalar);
  return kVariants;
}

void Attend(const AttentionCall<float>& call, ThreadPool& pool) { AttendCut(call, pool); }

void Attend(const AttentionCall<std::uint16_t>& call, ThreadPool& pool) { AttendCut(call, pool); }

void Attend(const AttentionCall<BlockQ8_0>& call, ThreadPool& pool) { AttendCut(call, pool); }

void Attend(const AttentionCall<Q4Rows>& call, ThreadPool& pool) { AttendCut(call, pool); }

}  // namespace edgevlm
