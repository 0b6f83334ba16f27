#include "train/model/decoder.h"

#include <cmath>
#include <limits>
#include <string>

#include "train/torch.h"

namespace edgevlm::train {
namespace {

namespace nn = torch::nn;

constexpr double kNormEpsilon = 1e-5;
constexpr double kInitialDeviation = 0.02;  // as GPT-2

nn::Linear InitialisedLinear(int in, int out, double deviation = kInitialDeviation) {
  nn::Linear linear(in, out);
  nn::init::normal_(linear->weight, 0.0, deviation);
  nn::init::zeros_(linear->bias);
  return linear;
}

nn::LayerNorm Norm(int width) {
  return nn::LayerNorm(nn::LayerNormOptions({width}).eps(kNormEpsilon));
}

torch::Tensor CausalMask(int size) {
  return torch::full({size, size}, -std::numeric_limits<float>::infinity()).triu(1);
}

// GELU in the tanh form of GPT-2, which is what the engine computes.
torch::Tensor Gelu(const torch::Tensor& x) { return torch::gelu(x, "tanh"); }

}  // namespace

DecoderBlockImpl::DecoderBlockImpl(const DecoderShape& shape) : heads(shape.heads) {
  const int width = shape.width;
  // Layers that write to the residual stream start smaller, so that its scale does not grow with
  // depth.
  const double residual = kInitialDeviation / std::sqrt(2.0 * shape.blocks);
  attn_norm = register_module("attn_norm", Norm(width));
  attn_qkv = register_module("attn_qkv", InitialisedLinear(width, 3 * width));
  attn_output = register_module("attn_output", InitialisedLinear(width, width, residual));
  ffn_norm = register_module("ffn_norm", Norm(width));
  ffn_up = register_module("ffn_up", InitialisedLinear(width, 4 * width));
  ffn_down = register_module("ffn_down", InitialisedLinear(4 * width, width, residual));
}

torch::Tensor DecoderBlockImpl::forward(torch::Tensor x, const Packing& packing) {
  x = x + attn_output(Attend(attn_qkv(attn_norm(x)), packing));
  return x + ffn_down(Gelu(ffn_up(ffn_norm(x))));
}

torch::Tensor DecoderBlockImpl::Attend(const torch::Tensor& qkv, const Packing& packing) const {
  const auto [B, P, M, L, cell_mask, text_mask] = packing;
  const std::int64_t d = qkv.size(1) / (3 * heads);
  const double scale = 1.0 / std::sqrt(static_cast<double>(d));
  const std::int64_t cell_rows = static_cast<std::int64_t>(B) * P;

  // Pictures: causal self-attention.
  const torch::Tensor cells =
      qkv.narrow(0, 0, cell_rows).view({B, P, 3, heads, d}).permute({2, 0, 3, 1, 4});
  const torch::Tensor cell_q = cells[0] * scale, cell_k = cells[1], cell_v = cells[2];
  const torch::Tensor cell_scores = torch::matmul(cell_q, cell_k.transpose(2, 3)) + cell_mask;
  const torch::Tensor cell_out = torch::matmul(torch::softmax(cell_scores, -1), cell_v)
                                     .permute({0, 2, 1, 3})
                                     .reshape({cell_rows, heads * d});  // from [B, H, P, d]

  // Texts: the whole picture, and what the mask allows of their own row.
  const torch::Tensor text = qkv.narrow(0, cell_rows, qkv.size(0) - cell_rows)
                                 .view({B, M, L, 3, heads, d})
                                 .permute({3, 0, 4, 1, 2, 5})
                                 .contiguous();  // 3 x [B, H, M, L, d]
  const torch::Tensor q = text[0] * scale, k = text[1], v = text[2];
  const torch::Tensor to_cells =
      torch::matmul(q.view({B, heads, M * L, d}), cell_k.transpose(2, 3)).view({B, heads, M, L, P});
  const torch::Tensor to_text = torch::matmul(q, k.transpose(3, 4)) + text_mask;
  const torch::Tensor shares = torch::softmax(torch::cat({to_cells, to_text}, -1), -1);
  const torch::Tensor from_cells =
      torch::matmul(shares.narrow(-1, 0, P).reshape({B, heads, M * L, P}), cell_v)
          .view({B, heads, M, L, d});
  const torch::Tensor text_out = (from_cells + torch::matmul(shares.narrow(-1, P, L), v))
                                     .permute({0, 2, 3, 1, 4})
                                     .reshape({-1, heads * d});  // from [B, H, M, L, d]
  return torch::cat({cell_out, text_out});
}

DecoderImpl::DecoderImpl(const DecoderShape& decoder_shape) : shape(decoder_shape) {
  token_embd = register_module("token_embd", nn::Embedding(shape.vocabulary, shape.width));
  position_embd = register_module("position_embd", nn::Embedding(shape.context, shape.width));
  nn::init::normal_(token_embd->weight, 0.0, kInitialDeviation);
  nn::init::normal_(position_embd->weight, 0.0, kInitialDeviation);
  for (int i = 0; i < shape.blocks; ++i) {
    blocks.push_back(register_module("block" + std::to_string(i), DecoderBlock(shape)));
  }
  output_norm = register_module("output_norm", Norm(shape.width));
}

torch::Tensor DecoderImpl::forward(const torch::Tensor& cells, const torch::Tensor& ids,
                                   const torch::Tensor& positions, const torch::Tensor& text_mask) {
  const Packing packing{.pictures = static_cast<int>(ids.size(0)),
                        .cells = static_cast<int>(cells.size(1)),
                        .rows = static_cast<int>(ids.size(1)),
                        .length = static_cast<int>(ids.size(2)),
                        .cell_mask = CausalMask(static_cast<int>(cells.size(1))),
                        .text_mask = text_mask};
  const torch::Tensor cell_places = position_embd->weight.narrow(0, 0, packing.cells);
  const torch::Tensor text = token_embd(ids) + position_embd(positions);
  torch::Tensor x = torch::cat(
      {(cells + cell_places).reshape({-1, shape.width}), text.reshape({-1, shape.width})});
  for (DecoderBlock& block : blocks) x = block(x, packing);
  const std::int64_t cell_rows = static_cast<std::int64_t>(packing.pictures) * packing.cells;
  return output_norm(x.narrow(0, cell_rows, x.size(0) - cell_rows));
}

torch::Tensor DecoderImpl::Logits(const torch::Tensor& hidden) {
  return torch::nn::functional::linear(hidden, token_embd->weight);
}

}  // namespace edgevlm::train
