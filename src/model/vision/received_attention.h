// How much attention each row of an image receives: the score by which FasterVLM (Zhang et al.
// 2024, "[CLS] Attention is All You Need for Training-Free Visual Token Pruning") and VisionZip
// (Yang et al. 2025) select tokens.
#pragma once

#include <span>

#include "base/thread_pool.h"
#include "model/workspace.h"
#include "tensor/view.h"

namespace edgevlm {

struct Looks {
  View<const float> q;  // [N, heads * d]
  View<const float> k;  // [N, heads * d]
  int heads = 1;
  const float* log2_sizes = nullptr;  // [N]: of how many rows each stands for; null: one each
  int asking_row = -1;                // the class token's; -1: all rows ask
};

// scores[p] = mean over the heads, and over the query rows t (a merged one weighted by the number
// of rows it represents), of softmax_p(q[t] . k[p] / sqrt(d) + log(size[p])).
//   scores  [N]
// The scores add up to 1. They have the same bits for any number of threads. Uses and releases
// memory of `workspace`. Cost: that of the first half of attention.
void ReceivedAttention(const Looks& looks, std::span<float> scores, Workspace& workspace,
                       ThreadPool& pool);

}  // namespace edgevlm
