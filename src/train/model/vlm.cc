#include "train/model/vlm.h"

#include <array>
#include <cmath>
#include <numbers>

#include "train/torch.h"

namespace edgevlm::train {
namespace {

constexpr int kColors = 10;
constexpr int kDigits = 10;
constexpr int kBoxValues = 4;
constexpr int kPointerValues = 4;
constexpr int kPositionWaves = 5;  // per axis; the finest one distinguishes neighboring cells

// Initial position embeddings of image tokens: cosines of the cell's column and row, each along its
// own random direction, so that left and right, above and below are available from the first step.
// Their norm matches that of the image tokens; if learned from zero, they would stay much smaller.
torch::Tensor GridPositions(int grid, int width) {
  constexpr double kLength = 10.0;
  const double amplitude = kLength / std::sqrt(static_cast<double>(kPositionWaves));
  const torch::Tensor at = (torch::arange(grid) + 0.5) / grid;  // middle of each cell, in [0, 1]
  const torch::Tensor waves = torch::cos(
      std::numbers::pi * torch::outer(at, torch::arange(1, kPositionWaves + 1)));  // [G, waves]
  const auto directions = [&] {
    return torch::nn::functional::normalize(torch::randn({kPositionWaves, width}));
  };
  const torch::Tensor columns = torch::matmul(waves, directions());  // [G, D]
  const torch::Tensor rows = torch::matmul(waves, directions());
  return amplitude * (columns.unsqueeze(0) + rows.unsqueeze(1)).flatten(0, 1);  // [P, D]
}

}  // namespace

VlmImpl::VlmImpl(const VlmShape& vlm_shape) : shape(vlm_shape) {
  namespace nn = torch::nn;
  vision_encoder = register_module("eye", VisionEncoder(shape.features, shape.encoder));
  const int outputs = (1 + shape.things) + 1 + kBoxValues + kColors + (1 + kDigits);
  grid_heads = register_module("grid_heads", nn::Linear(shape.features, outputs));
  grid_reading =
      register_module("grid_reading", nn::Linear(shape.features, kMaxDigits * (1 + kDigits)));
  grid_pointers = register_module("grid_pointers", nn::Linear(shape.features, kPointerValues));
  project_in = register_module("project_in", nn::Linear(shape.features, shape.decoder.width));
  project_out =
      register_module("project_out", nn::Linear(shape.decoder.width, shape.decoder.width));
  decoder = register_module("decoder", Decoder(shape.decoder));
  mention_head =
      register_module("mention_head", nn::Linear(shape.decoder.width, 1 + 2 * shape.grid()));
  number_head = register_module("number_head", nn::Linear(shape.decoder.width, kMaxThings));
  order_head = register_module("order_head", nn::Linear(shape.decoder.width, 2));
  const torch::NoGradGuard no_grad;
  decoder->position_embd->weight.narrow(0, 0, shape.cells())
      .add_(GridPositions(shape.grid(), shape.decoder.width));
}

torch::Tensor VlmImpl::EncodeImages(const torch::Tensor& images) {
  return vision_encoder(images).permute({0, 2, 3, 1}).contiguous();
}

GridPredictions VlmImpl::PredictGrid(const torch::Tensor& features) {
  const std::array<std::int64_t, 5> widths = {1 + shape.things, 1, kBoxValues, kColors,
                                              1 + kDigits};
  const auto parts = grid_heads(features).split_with_sizes(widths, -1);
  return {.cover = parts[0],
          .center = parts[1],
          .box = parts[2],
          .color = parts[3],
          .digit = parts[4],
          .reading = grid_reading(features),
          .pointers = grid_pointers(features)};
}

torch::Tensor VlmImpl::Project(const torch::Tensor& features) {
  const torch::Tensor cells = features.flatten(1, 2);  // [B, P, E]
  return project_out(torch::gelu(project_in(cells), "tanh"));
}

MentionPredictions VlmImpl::PredictMentions(const torch::Tensor& stream) {
  const torch::Tensor outputs = mention_head(torch::layer_norm(stream, {stream.size(1)}));
  const int grid = shape.grid();
  return {outputs.narrow(1, 0, 1), outputs.narrow(1, 1, grid), outputs.narrow(1, 1 + grid, grid)};
}

torch::Tensor VlmImpl::PredictOrder(const torch::Tensor& stream) {
  return order_head(torch::layer_norm(stream, {stream.size(1)}));
}

torch::Tensor VlmImpl::PredictNumber(const torch::Tensor& stream) {
  return number_head(torch::layer_norm(stream, {stream.size(1)}));
}

}  // namespace edgevlm::train
