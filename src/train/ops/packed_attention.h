// Attention over images and the packed rows of text about them, as one operation.
#pragma once

#include "train/ops/packed_sizes.h"
#include "train/torch.h"

namespace edgevlm::train {

// softmax(q k^T / sqrt(d)) v for each head, where an image token sees those of its image that
// are not later, and a text token sees all P of its image and [start, itself] of its own row.
//   qkv     [B*P + B*M*L, 3D]: q, k and v side by side, each of H heads of width d
//   starts  [B, M, L] int32: for each text token the index in its row of its text's first token
//   result  [B*P + B*M*L, D]
// Float32, contiguous, on the CPU. Differentiable in qkv; the shares are computed again for that,
// only their greatest score and sum are kept (as Dao et al. 2022). Differs from separate products
// and softmax by rounding alone. Shares the work between LibTorch's threads.
torch::Tensor PackedAttention(const torch::Tensor& qkv, const torch::Tensor& starts,
                              const PackedSizes& sizes);

}  // namespace edgevlm::train
