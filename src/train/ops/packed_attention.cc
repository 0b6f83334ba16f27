#include "train/ops/packed_attention.h"

#include <cstdint>

#include "train/ops/attention_loops.h"
#include "train/ops/lanes.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

AttentionData DataOf(const torch::Tensor& qkv, const torch::Tensor& starts,
                     const torch::Tensor& softmax, const PackedSizes& sizes) {
  AttentionData data;
  data.sizes = sizes;
  data.width = static_cast<int>(qkv.size(1)) / (3 * sizes.heads);
  data.qkv = qkv.data_ptr<float>();
  data.starts = starts.data_ptr<std::int32_t>();
  data.highest = softmax.data_ptr<float>();
  data.inverse_sum = data.highest + static_cast<std::int64_t>(sizes.AllRows()) * sizes.heads;
  return data;
}

// One task per image and head, of equal cost.
template <class Attend>
void ForTasks(const AttentionData& data, Attend attend) {
  const Isa isa = ChosenIsa();
  at::parallel_for(0, data.sizes.images * data.sizes.heads, 1,
                   [&](std::int64_t first, std::int64_t end) {
                     attend(isa, data, static_cast<int>(first), static_cast<int>(end));
                   });
}

struct Attention : torch::autograd::Function<Attention> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& qkv,
                               const torch::Tensor& starts, const PackedSizes& sizes) {
    CHECK(qkv.dim() == 2 && qkv.size(0) == sizes.AllRows() && qkv.size(1) % (3 * sizes.heads) == 0);
    CHECK(qkv.is_contiguous() && starts.is_contiguous());
    CHECK(starts.numel() == sizes.AllRows() - sizes.CellRows());
    torch::Tensor out = torch::empty({qkv.size(0), qkv.size(1) / 3}, qkv.options());
    const torch::Tensor softmax = torch::empty({2, qkv.size(0), sizes.heads}, qkv.options());
    AttentionData data = DataOf(qkv, starts, softmax, sizes);
    data.out = out.data_ptr<float>();
    ForTasks(data, AttendForward);
    context->save_for_backward({qkv, starts, softmax});
    context->saved_data["sizes"] =
        std::vector<std::int64_t>{sizes.images, sizes.cells, sizes.rows, sizes.length, sizes.heads};
    return out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const torch::autograd::variable_list saved = context->get_saved_variables();
    const auto sizes = context->saved_data["sizes"].toIntVector();
    const auto size = [&](std::size_t i) { return static_cast<int>(sizes[i]); };
    const torch::Tensor out_gradient = gradients[0].contiguous();
    torch::Tensor qkv_gradient = torch::empty_like(saved[0]);
    AttentionData data =
        DataOf(saved[0], saved[1], saved[2], {size(0), size(1), size(2), size(3), size(4)});
    data.out_gradient = out_gradient.data_ptr<float>();
    data.qkv_gradient = qkv_gradient.data_ptr<float>();
    ForTasks(data, AttendBackward);
    return {qkv_gradient, torch::Tensor(), torch::Tensor()};
  }
};

}  // namespace

torch::Tensor PackedAttention(const torch::Tensor& qkv, const torch::Tensor& starts,
                              const PackedSizes& sizes) {
  return Attention::apply(qkv, starts, sizes);
}

}  // namespace edgevlm::train
