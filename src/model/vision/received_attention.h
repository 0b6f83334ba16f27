// How much the rows of an image are looked at: what FasterVLM (Zhang et al. 2024, "[CLS] Attention
// is All You Need for Training-Free Visual Token Pruning") and VisionZip (Yang et al. 2025) choose
// tokens by.
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

// scores[p] = mean over the heads, and over the rows t that ask (a merged one counting as often as
// rows it stands for), of softmax_p(q[t] . k[p] / sqrt(d) + log(size[p])).
//   scores  [N]
// They add up to 1. The same bits for any number of threads. Takes and gives back memory of
// `workspace`. Cost as the first half of an attention.
void ReceivedAttention(const Looks& looks, std::span<float> scores, Workspace& workspace,
                       ThreadPool& pool);

}  // namespace edgevlm
