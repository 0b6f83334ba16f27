#include "train/loop/grow_decoder.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

#include "base/check.h"

namespace edgevlm::train {
namespace {

namespace nn = torch::nn;

// Of what is split at random, relative to the weights.
constexpr double kSplitDeviation = 0.5;

// Rows [out, in] that are read by `times` equal copies of in inputs: [out, times * in]. The parts
// of a weight add up to it.
torch::Tensor SplitAmongCopies(const torch::Tensor& rows, std::int64_t times) {
  torch::Tensor split = torch::randn({rows.size(0), times, rows.size(1)});
  split = (split - split.mean(1, true)) * (kSplitDeviation / static_cast<double>(times)) *
          rows.square().mean().sqrt();
  return (split + (rows / static_cast<double>(times)).unsqueeze(1)).flatten(1);
}

// groups: into how many parts the rows fall, each of which is repeated by itself.
void GrowLinear(const nn::Linear& from, nn::Linear& into, std::int64_t groups = 1) {
  const std::int64_t outputs = from->weight.size(0), inputs = from->weight.size(1);
  const std::int64_t times = into->weight.size(0) / outputs;
  const auto repeated = [&](const torch::Tensor& rows) {
    return rows.view({groups, 1, outputs / groups, -1})
        .expand({groups, times, outputs / groups, -1})
        .flatten(0, 2);
  };
  into->weight.copy_(SplitAmongCopies(repeated(from->weight), into->weight.size(1) / inputs));
  into->bias.copy_(repeated(from->bias).flatten());
}

void GrowNorm(const nn::LayerNorm& from, nn::LayerNorm& into, std::int64_t times) {
  into->weight.copy_(Widened(from->weight, times));
  into->bias.copy_(Widened(from->bias, times));
}

void GrowBlock(const DecoderBlock& from, DecoderBlock& into, std::int64_t times) {
  constexpr std::int64_t kQkv = 3;
  GrowNorm(from->attn_norm, into->attn_norm, times);
  GrowNorm(from->ffn_norm, into->ffn_norm, times);
  GrowLinear(from->attn_qkv, into->attn_qkv, kQkv);
  GrowLinear(from->attn_output, into->attn_output);
  GrowLinear(from->ffn_up, into->ffn_up);
  GrowLinear(from->ffn_down, into->ffn_down);
}

void AddZero(DecoderBlock& block) {
  for (nn::Linear& linear : {std::ref(block->attn_output), std::ref(block->ffn_down)}) {
    linear->weight.zero_();
    linear->bias.zero_();
  }
}

}  // namespace

torch::Tensor Widened(const torch::Tensor& x, std::int64_t times) {
  std::vector<std::int64_t> repeats(static_cast<std::size_t>(x.dim()), 1);
  repeats.back() = times;
  return x.repeat(repeats);
}

void GrowDecoder(const Vlm& from, Vlm& into) {
  const DecoderShape &old_shape = from->shape.decoder, &shape = into->shape.decoder;
  CHECK(shape.width % old_shape.width == 0 && shape.blocks >= old_shape.blocks);
  const int times = shape.width / old_shape.width;
  CHECK(shape.heads == times * old_shape.heads);
  const torch::NoGradGuard no_grad;
  GrowLinear(from->project_in, into->project_in);
  GrowLinear(from->project_out, into->project_out);
  for (DecoderBlock& block : into->decoder->blocks) AddZero(block);
  for (int i = 0; i < old_shape.blocks; ++i) {
    const int grown = GrownBlock(i, old_shape.blocks, shape.blocks);
    GrowBlock(from->decoder->blocks[static_cast<std::size_t>(i)],
              into->decoder->blocks[static_cast<std::size_t>(grown)], times);
  }
  GrowNorm(from->decoder->output_norm, into->decoder->output_norm, times);
  // The output matrix is the token embedding, whose copies would add up.
  into->decoder->output_norm->weight.div_(times);
  into->decoder->output_norm->bias.div_(times);
}

void GrowPositions(const Vlm& from, Vlm& into) {
  const torch::NoGradGuard no_grad;
  const VlmShape &old_shape = from->shape, &shape = into->shape;
  const torch::Tensor source =
      Widened(from->decoder->position_embd->weight, shape.decoder.width / old_shape.decoder.width);
  torch::Tensor target = into->decoder->position_embd->weight;
  const std::int64_t width = shape.decoder.width;
  const std::int64_t old_grid = old_shape.grid(), grid = shape.grid();
  namespace functional = nn::functional;
  const torch::Tensor cells = functional::interpolate(
      source.narrow(0, 0, old_shape.cells()).t().reshape({1, width, old_grid, old_grid}),
      functional::InterpolateFuncOptions()
          .size(std::vector<std::int64_t>{grid, grid})
          .mode(torch::kBilinear)
          .align_corners(false));
  target.narrow(0, 0, shape.cells()).copy_(cells.reshape({width, shape.cells()}).t());
  const std::int64_t texts = std::min<std::int64_t>(old_shape.decoder.context - old_shape.cells(),
                                                    shape.decoder.context - shape.cells());
  target.narrow(0, shape.cells(), texts).copy_(source.narrow(0, old_shape.cells(), texts));
}

}  // namespace edgevlm::train
