#include "train/model/decoder.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "train/ops/bfloat16_product.h"
#include "train/ops/biased_gelu.h"
#include "train/ops/packed_attention.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

namespace nn = torch::nn;

constexpr double kNormEpsilon = 1e-5;
constexpr double kInitialDeviation = 0.02;  // as GPT-2

nn::Linear InitializedLinear(int in, int out, double deviation = kInitialDeviation) {
  nn::Linear linear(in, out);
  nn::init::normal_(linear->weight, 0.0, deviation);
  nn::init::zeros_(linear->bias);
  return linear;
}

nn::LayerNorm Norm(int width) {
  return nn::LayerNorm(nn::LayerNormOptions({width}).eps(kNormEpsilon));
}

}  // namespace

DecoderBlockImpl::DecoderBlockImpl(const DecoderShape& shape) : arithmetic(shape.arithmetic) {
  const int width = shape.width;
  // Layers that write to the residual stream start smaller, so that its scale does not grow with
  // depth.
  const double residual = kInitialDeviation / std::sqrt(2.0 * shape.blocks);
  attn_norm = register_module("attn_norm", Norm(width));
  attn_qkv = register_module("attn_qkv", InitializedLinear(width, 3 * width));
  attn_output = register_module("attn_output", InitializedLinear(width, width, residual));
  ffn_norm = register_module("ffn_norm", Norm(width));
  ffn_up = register_module("ffn_up", InitializedLinear(width, 4 * width));
  ffn_down = register_module("ffn_down", InitializedLinear(4 * width, width, residual));
}

torch::Tensor DecoderBlockImpl::forward(torch::Tensor x, const torch::Tensor& text_starts,
                                        const PackedSizes& sizes, Rows rows) {
  const torch::Tensor qkv = LinearOf(attn_qkv, attn_norm(x), arithmetic);
  torch::Tensor attended = PackedAttention(qkv, text_starts, sizes);
  if (rows == Rows::kText) {
    const int texts = sizes.AllRows() - sizes.CellRows();
    x = x.narrow(0, sizes.CellRows(), texts);
    attended = attended.narrow(0, sizes.CellRows(), texts);
  }
  x = x + LinearOf(attn_output, attended, arithmetic);
  // The tanh form of GELU, as GPT-2 has it and the engine computes it.
  const torch::Tensor up = UnbiasedOf(ffn_up, ffn_norm(x), arithmetic);
  return x + LinearOf(ffn_down, BiasedGelu(up, ffn_up->bias), arithmetic);
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

ResidualStreams DecoderImpl::forward(const torch::Tensor& cells, const torch::Tensor& ids,
                                     const torch::Tensor& positions,
                                     const torch::Tensor& text_starts, Rows last_rows) {
  const PackedSizes sizes{.images = static_cast<int>(ids.size(0)),
                          .cells = static_cast<int>(cells.size(1)),
                          .rows = static_cast<int>(ids.size(1)),
                          .length = static_cast<int>(ids.size(2)),
                          .heads = shape.heads};
  const torch::Tensor cell_positions = position_embd->weight.narrow(0, 0, sizes.cells);
  const torch::Tensor text = token_embd(ids) + position_embd(positions);
  torch::Tensor x = torch::cat(
      {(cells + cell_positions).reshape({-1, shape.width}), text.reshape({-1, shape.width})});
  ResidualStreams streams;
  const auto text_rows = [&] { return x.narrow(0, sizes.CellRows(), ids.numel()); };
  const auto cell_rows = [&] { return x.narrow(0, 0, sizes.CellRows()); };
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (i == blocks.size() / 2) {
      streams.cells = cell_rows();
      streams.middle = text_rows();
    }
    if (i == blocks.size() * 2 / 3) streams.late = text_rows();
    if (std::ranges::count(shape.exits, static_cast<int>(i)) > 0) {
      streams.exits.push_back(text_rows());
    }
    x = blocks[i](x, text_starts, sizes, i + 1 == blocks.size() ? last_rows : Rows::kAll);
  }
  x = output_norm(x);
  streams.last = last_rows == Rows::kAll ? text_rows() : x;
  if (last_rows == Rows::kAll) streams.last_cells = cell_rows();
  return streams;
}

torch::Tensor DecoderImpl::Logits(const torch::Tensor& hidden) {
  if (shape.arithmetic.bfloat16) return Bfloat16Product(hidden, token_embd->weight);
  return torch::nn::functional::linear(hidden, token_embd->weight);
}

}  // namespace edgevlm::train
