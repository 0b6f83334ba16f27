#include "kernels/attention/attention.h"

#include <algorithm>

namespace edgevlm {
namespace {

// Tokens that share one conversion of the keys and values to float32.
constexpr int kTokensPerTile = 16;

void CheckShapes(const AttentionCall& call) {
  const HeadCounts& heads = call.heads;
  CHECK(heads.kv >= 1 && heads.query >= heads.kv && heads.query % heads.kv == 0);
  CHECK(call.q.cols % heads.query == 0 && call.q.cols / heads.query <= kMaxHeadWidth);
  CHECK(call.out.rows == call.q.rows && call.out.cols == call.q.cols);
  const int kv_cols = call.q.cols / heads.query * heads.kv;
  CHECK(call.keys.cols == kv_cols && call.values.cols == kv_cols);
  CHECK(call.first_position >= 0);
  CHECK(call.keys.rows - call.first_position >= call.q.rows);
  CHECK(call.values.rows - call.first_position >= call.q.rows);
}

}  // namespace

const VariantList<AttentionFunction>& AttentionVariants() {
  static const VariantList<AttentionFunction> kVariants(AttentionHighway(), AttentionScalar);
  return kVariants;
}

void Attend(const AttentionCall& call, ThreadPool& pool) {
  static const AttentionFunction kFunction = AttentionVariants().Chosen();
  CheckShapes(call);
  // Neighbouring tiles cost alike, and so do heads: every thread takes a run of tiles of one or
  // more heads, early (cheap) and late (dear) tokens together.
  const int tiles = (call.q.rows + kTokensPerTile - 1) / kTokensPerTile;
  pool.ParallelFor(tiles * call.heads.kv, 1, [&call](int begin, int end, int) {
    const int tiles_per_head = (call.q.rows + kTokensPerTile - 1) / kTokensPerTile;
    for (int i = begin; i < end; ++i) {
      const int first = i % tiles_per_head * kTokensPerTile;
      kFunction(call, {i / tiles_per_head, first, std::min(first + kTokensPerTile, call.q.rows)});
    }
  });
}

}  // namespace edgevlm
