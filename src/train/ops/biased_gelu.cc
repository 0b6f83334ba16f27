#include "train/ops/biased_gelu.h"

#include <cstdint>

#include "train/ops/gelu_loops.h"
#include "train/ops/lanes.h"
#include "train/ops/row_chunks.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

GeluData DataOf(const torch::Tensor& x, const torch::Tensor& bias) {
  GeluData data;
  data.columns = static_cast<int>(x.size(1));
  data.x = x.data_ptr<float>();
  data.bias = bias.data_ptr<float>();
  return data;
}

struct BiasedGeluFunction : torch::autograd::Function<BiasedGeluFunction> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& bias) {
    CHECK(x.dim() == 2 && x.is_contiguous() && bias.is_contiguous());
    CHECK(bias.numel() == x.size(1));
    torch::Tensor out = torch::empty_like(x);
    GeluData data = DataOf(x, bias);
    data.out = out.data_ptr<float>();
    const Isa isa = ChosenIsa();
    ForChunks(x.size(0),
              [&](std::int64_t, int first, int end) { GeluForward(isa, data, first, end); });
    context->save_for_backward({x, bias});
    return out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const torch::autograd::variable_list saved = context->get_saved_variables();
    const torch::Tensor& x = saved[0];
    const torch::Tensor out_gradient = gradients[0].contiguous();
    torch::Tensor x_gradient = torch::empty_like(x);
    const torch::Tensor bias_gradients =
        torch::zeros({ChunkCount(x.size(0)), x.size(1)}, x.options());
    GeluData data = DataOf(x, saved[1]);
    data.out_gradient = out_gradient.data_ptr<float>();
    data.x_gradient = x_gradient.data_ptr<float>();
    const Isa isa = ChosenIsa();
    float* const sums = bias_gradients.data_ptr<float>();
    ForChunks(x.size(0), [&](std::int64_t chunk, int first, int end) {
      GeluBackward(isa, data, first, end, sums + chunk * x.size(1));
    });
    return {x_gradient, bias_gradients.sum(0)};
  }
};

}  // namespace

torch::Tensor BiasedGelu(const torch::Tensor& x, const torch::Tensor& bias) {
  return BiasedGeluFunction::apply(x, bias);
}

}  // namespace edgevlm::train
