#include "train/ops/linear.h"

#include "train/ops/bfloat16_product.h"
#include "train/ops/rounded.h"

namespace edgevlm::train {

torch::Tensor LinearOf(torch::nn::Linear& layer, const torch::Tensor& x,
                       const Arithmetic& arithmetic) {
  if (arithmetic == Arithmetic{}) return layer(x);  // adds the bias in the product
  return UnbiasedOf(layer, x, arithmetic) + layer->bias;
}

torch::Tensor UnbiasedOf(torch::nn::Linear& layer, const torch::Tensor& x,
                         const Arithmetic& arithmetic) {
  if (arithmetic.bfloat16) return Bfloat16Product(x, layer->weight);
  if (!arithmetic.rounded_to) return torch::mm(x, layer->weight.t());
  return torch::mm(RoundedInputs(x, *arithmetic.rounded_to),
                   RoundedWeights(layer->weight, *arithmetic.rounded_to).t());
}

}  // namespace edgevlm::train
