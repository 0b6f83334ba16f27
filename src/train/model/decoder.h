// The decoder as LibTorch trains it: GPT-2 blocks (Radford et al. 2019) over image tokens and
// text.
//
// An image is read once and many texts are written about it: each image has M rows of L text
// tokens, and a row holds one or more texts that see the image and themselves, but not each
// other. That costs one image per M * L text tokens, and gives the same numbers as one sequence
// per text.
#pragma once
#include <vector>

#include "train/ops/packed_sizes.h"
#include "train/torch.h"

namespace edgevlm::train {

struct DecoderShape {
  int width = 192;  // D
  int heads = 6;    // H
  int blocks = 6;
  int vocabulary = 0;           // V
  int context = 192;            // positions: image tokens, then text
  std::vector<int> exits = {};  // early exits: after how many blocks, increasing
};

// Rows that a block's result is needed of. After the last block nothing reads image tokens.
enum class Rows { kAll, kText };

struct DecoderBlockImpl : torch::nn::Module {
  DecoderBlockImpl(const DecoderShape& shape);
  // x [B*P + B*M*L, D]: all image tokens, then all text tokens.
  // text_starts as PackedAttention's starts. Returns the rows that are asked for.
  torch::Tensor forward(torch::Tensor x, const torch::Tensor& text_starts, const PackedSizes& sizes,
                        Rows rows);

  torch::nn::LayerNorm attn_norm{nullptr}, ffn_norm{nullptr};
  torch::nn::Linear attn_qkv{nullptr}, attn_output{nullptr}, ffn_up{nullptr}, ffn_down{nullptr};
};
TORCH_MODULE(DecoderBlock);

// The residual stream of the text tokens, [B*M*L, D].
struct Streams {
  torch::Tensor cells;               // that of the image tokens [B*P, D], after half of the blocks
  torch::Tensor middle;              // after half of the blocks
  torch::Tensor late;                // after two thirds
  std::vector<torch::Tensor> exits;  // after as many as each of DecoderShape::exits says
  torch::Tensor last;                // after all of them, normed: what Logits() takes
};

struct DecoderImpl : torch::nn::Module {
  explicit DecoderImpl(const DecoderShape& shape);
  // cells [B, P, D]: image tokens; ids, positions [B, M, L] int64; text_starts [B, M, L] int32:
  // index in its row of the first token of a token's text.
  Streams forward(const torch::Tensor& cells, const torch::Tensor& ids,
                  const torch::Tensor& positions, const torch::Tensor& text_starts);
  // hidden [R, D] -> logits [R, V]; the output matrix is the token embedding.
  torch::Tensor Logits(const torch::Tensor& hidden);
  // What rows [R, D] of Streams::exits say of the next token: [R, V].
  torch::Tensor ExitLogits(const torch::Tensor& stream) { return Logits(output_norm(stream)); }

  torch::nn::Embedding token_embd{nullptr}, position_embd{nullptr};
  std::vector<DecoderBlock> blocks;
  torch::nn::LayerNorm output_norm{nullptr};
  DecoderShape shape;
};
TORCH_MODULE(Decoder);

}  // namespace edgevlm::train
