#include "train/ops/bfloat16_product.h"

namespace edgevlm::train {
namespace {

torch::Tensor Rounded(const torch::Tensor& x) { return x.to(torch::kBFloat16); }

torch::Tensor Product(const torch::Tensor& a, const torch::Tensor& b) {
  return torch::mm(a, b).to(torch::kFloat32);
}

struct Bfloat16ProductFunction : torch::autograd::Function<Bfloat16ProductFunction> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight) {
    CHECK(x.dim() == 2 && weight.dim() == 2 && x.size(1) == weight.size(1));
    const torch::Tensor rounded_x = Rounded(x), rounded_weight = Rounded(weight);
    context->save_for_backward({rounded_x, rounded_weight});
    return Product(rounded_x, rounded_weight.t());
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const torch::autograd::variable_list saved = context->get_saved_variables();
    const torch::Tensor gradient = Rounded(gradients[0]);
    return {Product(gradient, saved[1]), Product(gradient.t(), saved[0])};
  }
};

}  // namespace

torch::Tensor Bfloat16Product(const torch::Tensor& x, const torch::Tensor& weight) {
  return Bfloat16ProductFunction::apply(x, weight);
}

}  // namespace edgevlm::train
