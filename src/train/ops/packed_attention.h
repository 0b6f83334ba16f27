// Fused attention over images and packed rows of text.
#pragma once

#include "train/ops/packed_sizes.h"
#include "train/torch.h"

namespace edgevlm::train {

// softmax(q k^T / sqrt(d)) v for each head. An image token attends to the tokens of its image up to
// itself; a text token attends to all P tokens of its image and to [start, itself] of its row.
//   qkv     [B*P + B*M*L, 3D]: q, k and v side by side, each of H heads of width d
//   starts  [B, M, L] int32: for each text token the index in its row of its text's first token
//   result  [B*P + B*M*L, D]
// Float32, contiguous, on the CPU. Differentiable in qkv; the backward pass recomputes the
// attention weights from the saved maximum and sum of each row (as in Dao et al. 2022). Differs
// from unfused products and softmax by rounding only. Heads are split between LibTorch's threads.
torch::Tensor PackedAttention(const torch::Tensor& qkv, const torch::Tensor& starts,
                              const PackedSizes& sizes);

}  // namespace edgevlm::train
