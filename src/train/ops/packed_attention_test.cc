#include "train/ops/packed_attention.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "train/ops/attention_loops.h"
#include "train/testing/tensors.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

// Rows of texts of random lengths.
torch::Tensor Starts(const PackedSizes& sizes, std::mt19937_64& rng) {
  torch::Tensor starts = torch::empty({sizes.images, sizes.rows, sizes.length}, torch::kInt32);
  auto* out = starts.data_ptr<std::int32_t>();
  for (int row = 0; row < sizes.images * sizes.rows; ++row) {
    int start = 0;
    for (int i = 0; i < sizes.length; ++i) {
      if (rng() % 5 == 0) start = i;
      *out++ = start;
    }
  }
  return starts;
}

// The attention mask [rows, rows]: 0 if a row attends to the other, else -infinity.
torch::Tensor Mask(const torch::Tensor& starts, const PackedSizes& sizes) {
  torch::Tensor mask = torch::full({sizes.AllRows(), sizes.AllRows()}, kNever);
  auto out = mask.accessor<float, 2>();
  for (int i = 0; i < sizes.CellRows(); ++i) {
    for (int j = i / sizes.cells * sizes.cells; j <= i; ++j) out[i][j] = 0;
  }
  for (int t = 0; t < sizes.AllRows() - sizes.CellRows(); ++t) {
    const int i = sizes.CellRows() + t;
    const int image = t / (sizes.rows * sizes.length);
    for (int c = 0; c < sizes.cells; ++c) out[i][image * sizes.cells + c] = 0;
    const int row_begin = i - t % sizes.length;
    const int start = starts.data_ptr<std::int32_t>()[t];
    for (int j = row_begin + start; j <= i; ++j) out[i][j] = 0;
  }
  return mask;
}

// The definition, over all rows at once, in float64.
torch::Tensor Expected(const torch::Tensor& qkv, const torch::Tensor& starts,
                       const PackedSizes& sizes) {
  const std::int64_t width = qkv.size(1) / (3 * sizes.heads);
  const torch::Tensor parts =
      qkv.view({qkv.size(0), 3, sizes.heads, width}).permute({1, 2, 0, 3});  // [3, H, rows, d]
  const torch::Tensor scores =
      torch::matmul(parts[0], parts[1].transpose(1, 2)) / std::sqrt(static_cast<double>(width));
  const torch::Tensor weights = torch::softmax(scores + Mask(starts, sizes), -1);
  return torch::matmul(weights, parts[2]).permute({1, 0, 2}).reshape({qkv.size(0), -1});
}

void ExpectSame(const PackedSizes& sizes, int width) {
  torch::manual_seed(kSeed);
  std::mt19937_64 rng(kSeed);
  const torch::Tensor starts = Starts(sizes, rng);
  const std::int64_t D = sizes.heads * width;
  const torch::Tensor qkv = torch::randn({sizes.AllRows(), 3 * D}).requires_grad_();
  const torch::Tensor exact = qkv.detach().to(torch::kDouble).requires_grad_();
  const torch::Tensor weights = torch::randn({sizes.AllRows(), D});

  const torch::Tensor out = PackedAttention(qkv, starts, sizes);
  const torch::Tensor expected = Expected(exact, starts, sizes);
  (out * weights).sum().backward();
  (expected * weights.to(torch::kDouble)).sum().backward();

  // A score is a sum of d products of about 1, and its error that of its weight; an output sums
  // weights that add up to 1. Gradients of k and v are sums over all rows that attend to the key.
  const double error = 8.0 * std::numeric_limits<float>::epsilon() * (width + 8);
  EXPECT_LT(GreatestDifference(out, expected), error) << "d=" << width << " seed=" << kSeed;
  const double terms = std::sqrt(static_cast<double>(sizes.cells + sizes.rows * sizes.length));
  EXPECT_LT(GreatestDifference(qkv.grad(), exact.grad()), error * terms)
      << "d=" << width << " seed=" << kSeed;
}

TEST(PackedAttention, IsTheDefinitionAtOddSizes) {
  for (const int width : {8, 16, 24, 32, 40}) {
    ExpectSame({.images = 2, .cells = 5, .rows = 3, .length = 7, .heads = 2}, width);
    ExpectSame({.images = 1, .cells = 1, .rows = 1, .length = 1, .heads = 1}, width);
    ExpectSame({.images = 3, .cells = 17, .rows = 1, .length = 33, .heads = 1}, width);
    ExpectSame({.images = 1, .cells = 36, .rows = 2, .length = 16, .heads = 3}, width);
    ExpectSame({.images = 1, .cells = 100, .rows = 4, .length = 32, .heads = 1}, width);
  }
}

// Scores far from 0 must neither overflow nor lose the greatest.
TEST(PackedAttention, LargeScoresStayFinite) {
  const PackedSizes sizes{.images = 1, .cells = 20, .rows = 1, .length = 9, .heads = 1};
  torch::manual_seed(kSeed);
  std::mt19937_64 rng(kSeed);
  const torch::Tensor qkv = (torch::randn({sizes.AllRows(), 24}) * 30.0).requires_grad_();
  const torch::Tensor out = PackedAttention(qkv, Starts(sizes, rng), sizes);
  out.sum().backward();
  EXPECT_TRUE(out.isfinite().all().item<bool>());
  EXPECT_TRUE(qkv.grad().isfinite().all().item<bool>());
}

// All widths of vector give the same, on a CPU that has them.
TEST(PackedAttention, InstructionSetsAgree) {
  const PackedSizes sizes{.images = 1, .cells = 21, .rows = 2, .length = 11, .heads = 2};
  constexpr int kWidth = 24;
  torch::manual_seed(kSeed);
  std::mt19937_64 rng(kSeed);
  const torch::Tensor starts = Starts(sizes, rng);
  const torch::Tensor qkv = torch::randn({sizes.AllRows(), 3 * sizes.heads * kWidth});
  const torch::Tensor out_gradient = torch::randn({sizes.AllRows(), sizes.heads * kWidth});
  std::vector<torch::Tensor> outs, gradients;
  for (const Isa isa : {Isa::kScalar, Isa::kAvx2, Isa::kAvx512}) {
    if (!Includes(BestIsa(), isa)) continue;
    const torch::Tensor softmax = torch::empty({2, sizes.AllRows(), sizes.heads});
    outs.push_back(torch::zeros({sizes.AllRows(), sizes.heads * kWidth}));
    gradients.push_back(torch::zeros_like(qkv));
    AttentionData data;
    data.sizes = sizes;
    data.width = kWidth;
    data.qkv = qkv.data_ptr<float>();
    data.starts = starts.data_ptr<std::int32_t>();
    data.highest = softmax[0].data_ptr<float>();
    data.inverse_sum = softmax[1].data_ptr<float>();
    data.out = outs.back().data_ptr<float>();
    data.out_gradient = out_gradient.data_ptr<float>();
    data.qkv_gradient = gradients.back().data_ptr<float>();
    AttendForward(isa, data, 0, sizes.heads);
    AttendBackward(isa, data, 0, sizes.heads);
    EXPECT_TRUE(torch::allclose(outs.back(), outs.front(), 1e-4, 1e-5)) << IsaName(isa);
    EXPECT_TRUE(torch::allclose(gradients.back(), gradients.front(), 1e-4, 1e-4)) << IsaName(isa);
  }
}

}  // namespace
}  // namespace edgevlm::train
