#include "kernels/column_sums/column_sums.h"

namespace edgevlm {

const VariantList<ColumnSumsFunction>& ColumnSumsVariants() {
  static const VariantList<ColumnSumsFunction> kVariants(ColumnSumsHighway(), ColumnSumsScalar);
  return kVariants;
}

void AddColumnSums(const ColumnSumsCall& call, ThreadPool& pool) {
  CHECK(call.heads.kv >= 1 && call.heads.query % call.heads.kv == 0);
  CHECK(call.first_position >= 0 && call.keys.rows() - call.first_position >= call.q.rows);
  CHECK(call.sums.rows == call.heads.kv && call.sums.cols >= call.first_position + call.q.rows);
  if (call.q.rows == 0) return;
  static const ColumnSumsFunction kRun = ColumnSumsVariants().Chosen();
  const AttentionCall<std::uint16_t> rows = {.q = call.q,
                                             .keys = call.keys,
                                             .values = call.keys,
                                             .heads = call.heads,
                                             .first_position = call.first_position,
                                             .out = {}};
  CHECK(rows.width() <= kMaxHeadWidth && call.keys.first.cols == rows.width());
  pool.ParallelFor(call.heads.kv, 1, [&rows, &call](int begin, int end, int) {
    for (int head = begin; head < end; ++head) {
      const AttentionPart part = {.kv_head = head, .last_row = call.q.rows * rows.heads_per_kv()};
      kRun(rows, part, call.sums.Row(head).data());
    }
  });
}

}  // namespace edgevlm
