// GrowDecoder: continues a decoder as a wider and deeper one.
#pragma once

#include <cstdint>

#include "train/model/vlm.h"
#include "train/torch.h"

namespace edgevlm::train {

// Where block i of a decoder of `from` blocks lies in one of `into`: evenly spread, so that what
// reads the stream after half or two thirds of the blocks still finds it there.
constexpr int GrownBlock(int i, int from, int into) { return i * into / from; }

// x [..., D] as the wider decoder has it, [..., times * D]: copies side by side.
torch::Tensor Widened(const torch::Tensor& x, std::int64_t times);

// Copies the blocks and the last norm of `from`, and the projector before them, into `into` so that
// both give the same logits for embeddings that are Widened (Net2Net: Chen et al. 2016). Each
// channel, head and hidden activation becomes several equal ones; those who read them split the old
// weight at random, which is what lets the copies part in training. New blocks add zero. REQUIRES:
// the width of `into` is a multiple of that of `from`, with heads of the same size, and it has at
// least as many blocks.
void GrowDecoder(const Vlm& from, Vlm& into);

// The position embeddings of `from` as `into` has them: those of image tokens resampled to its
// grid, those of text as far as both have them. What has no source stays as it is.
void GrowPositions(const Vlm& from, Vlm& into);

}  // namespace edgevlm::train
