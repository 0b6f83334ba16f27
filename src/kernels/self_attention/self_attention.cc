#include "kernels/self_attention/self_attention.h"

#include <algorithm>

namespace edgevlm {
namespace {

void CheckShapes(const SelfAttentionCall& call) {
  CHECK(call.heads >= 1 && call.q.cols % call.heads == 0);
  CHECK(call.q.cols / call.heads <= kMaxSelfAttentionWidth);
  CHECK(call.pictures >= 1 && call.q.rows % call.pictures == 0);
  for (const View<const float>& other : {call.k, call.v, View<const float>(call.out)}) {
    CHECK(other.rows == call.q.rows && other.cols == call.q.cols);
  }
}

int GroupsPerHead(const SelfAttentionCall& call) {
  const int rows = call.q.rows / call.pictures;
  return (rows + kSelfAttentionQueries - 1) / kSelfAttentionQueries;
}

}  // namespace

const VariantList<SelfAttentionFunction>& SelfAttentionVariants() {
  static const VariantList<SelfAttentionFunction> kVariants(SelfAttentionHighway(),
                                                            SelfAttentionScalar);
  return kVariants;
}

void SelfAttend(const SelfAttentionCall& call, ThreadPool& pool) {
  static const SelfAttentionFunction kFunction = SelfAttentionVariants().Chosen();
  CheckShapes(call);
  // The groups of one head lie side by side, so that a thread meets the same keys again.
  pool.ParallelFor(call.pictures * call.heads * GroupsPerHead(call), 1,
                   [&call](int begin, int end, int) {
                     const int groups = GroupsPerHead(call);
                     const int rows = call.q.rows / call.pictures;
                     for (int i = begin; i < end; ++i) {
                       const int first = i % groups * kSelfAttentionQueries;
                       kFunction(call, {.picture = i / groups / call.heads,
                                        .head = i / groups % call.heads,
                                        .first_row = first,
                                        .last_row = std::min(first + kSelfAttentionQueries, rows)});
                     }
                   });
}

}  // namespace edgevlm
