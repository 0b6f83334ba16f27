#include "train/model/vlm.h"

#include <array>
#include <cmath>
#include <numbers>

#include "train/torch.h"

namespace edgevlm::train {
namespace {

constexpr int kColors = 10;
constexpr int kDigits = 10;
constexpr int kPlaceValues = 4;
constexpr int kPlaceWaves = 5;  // per axis; the finest one tells neighboring cells apart

// What the positions of image tokens start from: cosines of the cell's column and row, each along
// a direction of its own, so that left and right, above and below are there from the first step.
// Their length matches the image tokens'; learnt from nothing, they stay a whisper beside those.
torch::Tensor GridPlaces(int grid, int width) {
  constexpr double kLength = 10.0;
  const double amplitude = kLength / std::sqrt(static_cast<double>(kPlaceWaves));
  const torch::Tensor at = (torch::arange(grid) + 0.5) / grid;  // middle of each cell, in [0, 1]
  const torch::Tensor waves = torch::cos(
      std::numbers::pi * torch::outer(at, torch::arange(1, kPlaceWaves + 1)));  // [G, waves]
  const auto directions = [&] {
    return torch::nn::functional::normalize(torch::randn({kPlaceWaves, width}));
  };
  const torch::Tensor columns = torch::matmul(waves, directions());  // [G, D]
  const torch::Tensor rows = torch::matmul(waves, directions());
  return amplitude * (columns.unsqueeze(0) + rows.unsqueeze(1)).flatten(0, 1);  // [P, D]
}

}  // namespace

VlmImpl::VlmImpl(const VlmShape& vlm_shape) : shape(vlm_shape) {
  namespace nn = torch::nn;
  vision_encoder = register_module("eye", VisionEncoder(shape.features));
  const int guesses = (1 + shape.things) + 1 + kPlaceValues + kColors + (1 + kDigits);
  grid_heads = register_module("grid_heads", nn::Linear(shape.features, guesses));
  project_in = register_module("project_in", nn::Linear(shape.features, shape.decoder.width));
  project_out =
      register_module("project_out", nn::Linear(shape.decoder.width, shape.decoder.width));
  decoder = register_module("decoder", Decoder(shape.decoder));
  mention_head =
      register_module("mention_head", nn::Linear(shape.decoder.width, 1 + 2 * shape.grid()));
  number_head = register_module("number_head", nn::Linear(shape.decoder.width, kMostThings));
  order_head = register_module("order_head", nn::Linear(shape.decoder.width, 2));
  const torch::NoGradGuard no_grad;
  decoder->position_embd->weight.narrow(0, 0, shape.cells())
      .add_(GridPlaces(shape.grid(), shape.decoder.width));
}

torch::Tensor VlmImpl::See(const torch::Tensor& images) {
  return vision_encoder(images).permute({0, 2, 3, 1}).contiguous();
}

GridGuess VlmImpl::Guess(const torch::Tensor& features) {
  const std::array<std::int64_t, 5> widths = {1 + shape.things, 1, kPlaceValues, kColors,
                                              1 + kDigits};
  const auto parts = grid_heads(features).split_with_sizes(widths, -1);
  return {parts[0], parts[1], parts[2], parts[3], parts[4]};
}

torch::Tensor VlmImpl::Project(const torch::Tensor& features) {
  const torch::Tensor cells = features.flatten(1, 2);  // [B, P, E]
  return project_out(torch::gelu(project_in(cells), "tanh"));
}

MentionGuess VlmImpl::GuessMentions(const torch::Tensor& stream) {
  const torch::Tensor guesses = mention_head(torch::layer_norm(stream, {stream.size(1)}));
  const int grid = shape.grid();
  return {guesses.narrow(1, 0, 1), guesses.narrow(1, 1, grid), guesses.narrow(1, 1 + grid, grid)};
}

torch::Tensor VlmImpl::GuessOrder(const torch::Tensor& stream) {
  return order_head(torch::layer_norm(stream, {stream.size(1)}));
}

torch::Tensor VlmImpl::GuessNumber(const torch::Tensor& stream) {
  return number_head(torch::layer_norm(stream, {stream.size(1)}));
}

}  // namespace edgevlm::train
