#include "train/model/vlm.h"

#include <array>

#include "train/torch.h"

namespace edgevlm::train {
namespace {

constexpr int kColours = 10;
constexpr int kDigits = 10;
constexpr int kPlaceValues = 4;

}  // namespace

VlmImpl::VlmImpl(const VlmShape& vlm_shape) : shape(vlm_shape) {
  namespace nn = torch::nn;
  eye = register_module("eye", Eye(shape.features));
  const int guesses = (1 + shape.things) + 1 + kPlaceValues + kColours + (1 + kDigits);
  grid_heads = register_module("grid_heads", nn::Linear(shape.features, guesses));
  project_in = register_module("project_in", nn::Linear(shape.features, shape.decoder.width));
  project_out =
      register_module("project_out", nn::Linear(shape.decoder.width, shape.decoder.width));
  decoder = register_module("decoder", Decoder(shape.decoder));
}

torch::Tensor VlmImpl::See(const torch::Tensor& pictures) {
  return eye(pictures).permute({0, 2, 3, 1}).contiguous();
}

GridGuess VlmImpl::Guess(const torch::Tensor& features) {
  const std::array<std::int64_t, 5> widths = {1 + shape.things, 1, kPlaceValues, kColours,
                                              1 + kDigits};
  const auto parts = grid_heads(features).split_with_sizes(widths, -1);
  return {parts[0], parts[1], parts[2], parts[3], parts[4]};
}

torch::Tensor VlmImpl::Project(const torch::Tensor& features) {
  const torch::Tensor cells = features.flatten(1, 2);  // [B, P, E]
  return project_out(torch::gelu(project_in(cells), "tanh"));
}

}  // namespace edgevlm::train
