#include "train/ops/batch_norm.h"

#include <cmath>
#include <cstdint>
#include <limits>

#include "train/ops/lanes.h"
#include "train/ops/norm_loops.h"
#include "train/ops/row_chunks.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

std::int64_t RowCount(const torch::Tensor& x) { return x.numel() / x.size(1); }

NormData DataOf(const torch::Tensor& x, Activation activation) {
  CHECK(RowCount(x) <= std::numeric_limits<int>::max());
  NormData data;
  data.columns = static_cast<int>(x.size(1));
  data.activation = activation;
  data.x = x.data_ptr<float>();
  return data;
}

// Calls sum(first, end, sums) for chunks of rows; returns the totals of both sums, [2, C] float64.
template <class Sum>
torch::Tensor Totals(std::int64_t rows, std::int64_t columns, const Sum& sum) {
  const torch::Tensor parts = torch::zeros({ChunkCount(rows), 2, columns});
  float* const memory = parts.data_ptr<float>();
  ForChunks(rows, [&](std::int64_t chunk, int first, int end) {
    float* const of_chunk = memory + chunk * 2 * columns;
    sum(first, end, NormSums{of_chunk, of_chunk + columns});
  });
  return parts.sum(0, false, torch::kDouble);
}

struct Moments {
  torch::Tensor mean, variance;  // [C] float64, the variance divided by the number of rows
};

Moments MomentsOf(Isa isa, const NormData& data, const torch::Tensor& x) {
  const std::int64_t rows = RowCount(x);
  const torch::Tensor totals =
      Totals(rows, data.columns, [&](int first, int end, const NormSums& sums) {
        SumForward(isa, data, data.x, first, end, sums);
      });
  const torch::Tensor shift = x.permute({0, 2, 3, 1})[0][0][0].to(torch::kDouble);
  const torch::Tensor distance = totals[0] / rows;
  return {shift + distance, (totals[1] / rows - distance * distance).clamp_min(0.0)};
}

struct BatchNormFunction : torch::autograd::Function<BatchNormFunction> {
  // statistics [2, C] float32: output, mean and variance.
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight, const torch::Tensor& bias,
                               torch::Tensor statistics, double epsilon, Activation activation) {
    const Isa isa = ChosenIsa();
    NormData data = DataOf(x, activation);
    const auto [mean, variance] = MomentsOf(isa, data, x);
    statistics[0].copy_(mean);
    statistics[1].copy_(variance);
    const torch::Tensor inverse = (variance + epsilon).rsqrt();  // 1 / deviation
    const torch::Tensor scale = weight.to(torch::kDouble) * inverse;
    const torch::Tensor columns =
        torch::stack({scale, bias.to(torch::kDouble) - mean * scale, mean, inverse})
            .to(torch::kFloat);
    data.scale = columns.data_ptr<float>();
    data.offset = data.scale + data.columns;
    torch::Tensor out = torch::empty_like(x, kChannelsLast);
    float* const memory = out.data_ptr<float>();
    ForChunks(RowCount(x), [&](std::int64_t, int first, int end) {
      NormForward(isa, data, first, end, memory);
    });
    context->save_for_backward({x, columns});
    context->saved_data["activation"] = static_cast<std::int64_t>(activation);
    return out;
  }

  // With n rows, z's gradient g, h = (x - mean) inverse and the sums over all rows of a channel,
  // x's gradient is scale (g - sum(g) / n - h sum(g h) / n).
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const torch::autograd::variable_list saved = context->get_saved_variables();
    const torch::Tensor& x = saved[0];
    const torch::Tensor& columns = saved[1];
    const torch::Tensor out_gradient = gradients[0].contiguous(kChannelsLast);
    const Isa isa = ChosenIsa();
    NormData data = DataOf(x, static_cast<Activation>(context->saved_data["activation"].toInt()));
    data.scale = columns.data_ptr<float>();
    data.offset = data.scale + data.columns;
    data.mean = data.offset + data.columns;
    data.out_gradient = out_gradient.data_ptr<float>();

    const std::int64_t rows = RowCount(x);
    const torch::Tensor totals =
        Totals(rows, data.columns, [&](int first, int end, const NormSums& sums) {
          SumBackward(isa, data, first, end, sums);
        });
    const torch::Tensor exact = columns.to(torch::kDouble);
    const torch::Tensor scale = exact[0], mean = exact[2], inverse = exact[3];
    const torch::Tensor weight_gradient = totals[1] * inverse;
    const torch::Tensor slope = -scale * inverse * weight_gradient / rows;
    const torch::Tensor offset = -scale * totals[0] / rows - slope * mean;
    const torch::Tensor batch = torch::stack({slope, offset}).to(torch::kFloat);
    data.gradient_slope = batch.data_ptr<float>();
    data.gradient_offset = data.gradient_slope + data.columns;
    torch::Tensor x_gradient = torch::empty_like(x, kChannelsLast);
    float* const memory = x_gradient.data_ptr<float>();
    ForChunks(rows, [&](std::int64_t, int first, int end) {
      NormBackward(isa, data, first, end, memory);
    });
    return {x_gradient,
            weight_gradient.to(torch::kFloat),
            totals[0].to(torch::kFloat),
            torch::Tensor(),
            torch::Tensor(),
            torch::Tensor()};
  }
};

}  // namespace

torch::Tensor BatchNormActivate(const torch::Tensor& x, torch::nn::BatchNorm2d& norm,
                                Activation activation) {
  CHECK(norm->is_training() && norm->options.momentum().has_value());
  CHECK(x.dim() == 4 && x.size(1) == norm->options.num_features() && x.numel() > 0);
  const torch::Tensor statistics = torch::empty({2, x.size(1)});
  const torch::Tensor out =
      BatchNormFunction::apply(x.contiguous(kChannelsLast), norm->weight, norm->bias, statistics,
                               norm->options.eps(), activation);

  const torch::NoGradGuard no_grad;
  const double momentum = *norm->options.momentum();
  const double rows = static_cast<double>(RowCount(x));
  norm->num_batches_tracked.add_(1);
  norm->running_mean.mul_(1 - momentum).add_(statistics[0], momentum);
  // The running variance is unbiased, the one that normalizes is not.
  norm->running_var.mul_(1 - momentum).add_(statistics[1], momentum * rows / (rows - 1));
  return out;
}

}  // namespace edgevlm::train
