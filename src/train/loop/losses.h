// What training minimises.
#pragma once

#include "train/data/sample.h"
#include "train/model/vlm.h"
#include "train/torch.h"

namespace edgevlm::train {

// Scalars.
struct Losses {
  torch::Tensor total;
  double cover = 0, centre = 0, place = 0, colour = 0, digit = 0;  // of the grid heads
  double text = 0;        // mean cross-entropy of a reply's token, in nats
  double text_right = 0;  // share of reply tokens that are the most likely ones
};

// The grid heads' loss on what the eye sees.
torch::Tensor GridLoss(const GridGuess& guess, const Batch& batch, Losses& losses);

// The decoder's loss on the replies: hidden [B*M*L, D] from the decoder.
torch::Tensor TextLoss(Decoder& decoder, const torch::Tensor& hidden, const Batch& batch,
                       Losses& losses);

}  // namespace edgevlm::train
