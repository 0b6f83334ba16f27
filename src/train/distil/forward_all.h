// ForwardAll: the decoder's forward pass with the image tokens of its last block.
#pragma once

#include "train/model/decoder.h"

namespace edgevlm::train {

struct AllStreams {
  ResidualStreams streams;  // as of Decoder::forward
  torch::Tensor cells;      // of the image tokens after all blocks and the last norm, [B*P, D]
};

// Only the losses on image tokens need the rows that Decoder::forward leaves out: the last block
// costs as much as the others here. Arguments as there.
AllStreams ForwardAll(Decoder& decoder, const torch::Tensor& cells, const torch::Tensor& ids,
                      const torch::Tensor& positions, const torch::Tensor& text_starts);

}  // namespace edgevlm::train
