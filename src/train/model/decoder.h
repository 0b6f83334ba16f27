// The decoder for training in LibTorch: GPT-2 blocks (Radford et al. 2019) over image tokens and
// text.
//
// An image is processed once for many texts: each image has M rows of L text tokens, and a row
// holds one or more texts. A text attends to the image and to itself, but not to other texts. The
// results are those of one sequence per text, at the cost of one image per M * L text tokens.
#pragma once
#include <vector>

#include "train/ops/linear.h"
#include "train/ops/packed_sizes.h"
#include "train/torch.h"

namespace edgevlm::train {

struct DecoderShape {
  int width = 192;  // D
  int heads = 6;    // H
  int blocks = 6;
  int vocabulary = 0;           // V
  int context = 192;            // positions of image tokens and text
  std::vector<int> exits = {};  // early exits: the number of blocks before each, increasing
  Arithmetic arithmetic = {};   // of training

  bool operator==(const DecoderShape&) const = default;
};

// Which rows of a block's result are needed. The image tokens of the last block are not.
enum class Rows { kAll, kText };

struct DecoderBlockImpl : torch::nn::Module {
  DecoderBlockImpl(const DecoderShape& shape);
  // x [B*P + B*M*L, D]: all image tokens, then all text tokens.
  // text_starts: as `starts` of PackedAttention. Returns the requested rows.
  torch::Tensor forward(torch::Tensor x, const torch::Tensor& text_starts, const PackedSizes& sizes,
                        Rows rows);

  Arithmetic arithmetic;
  torch::nn::LayerNorm attn_norm{nullptr}, ffn_norm{nullptr};
  torch::nn::Linear attn_qkv{nullptr}, attn_output{nullptr}, ffn_up{nullptr}, ffn_down{nullptr};
};
TORCH_MODULE(DecoderBlock);

// The residual stream of the text tokens, [B*M*L, D], at several depths.
struct ResidualStreams {
  torch::Tensor cells;               // of the image tokens [B*P, D], after half of the blocks
  torch::Tensor middle;              // after half of the blocks
  torch::Tensor late;                // after two thirds
  std::vector<torch::Tensor> exits;  // at each of DecoderShape::exits
  torch::Tensor last;                // after all blocks and the last norm: the input of Logits()
  torch::Tensor last_cells;          // likewise, of the image tokens, if they were asked for
};

struct DecoderImpl : torch::nn::Module {
  explicit DecoderImpl(const DecoderShape& shape);
  // cells [B, P, D]: image tokens; ids, positions [B, M, L] int64; text_starts [B, M, L] int32:
  // index in the row of the first token of the token's text. last_rows: those of the last block;
  // only losses on image tokens need all.
  ResidualStreams forward(const torch::Tensor& cells, const torch::Tensor& ids,
                          const torch::Tensor& positions, const torch::Tensor& text_starts,
                          Rows last_rows = Rows::kText);
  // hidden [R, D] -> logits [R, V]; the output matrix is the token embedding.
  torch::Tensor Logits(const torch::Tensor& hidden);
  // rows [R, D] of ResidualStreams::exits -> next-token logits [R, V].
  torch::Tensor ExitLogits(const torch::Tensor& stream) { return Logits(output_norm(stream)); }

  torch::nn::Embedding token_embd{nullptr}, position_embd{nullptr};
  std::vector<DecoderBlock> blocks;
  torch::nn::LayerNorm output_norm{nullptr};
  DecoderShape shape;
};
TORCH_MODULE(Decoder);

}  // namespace edgevlm::train
