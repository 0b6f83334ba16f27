#include "train/model/vision_encoder.h"

#include <algorithm>
#include <array>
#include <string>

#include "train/ops/batch_norm.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

namespace nn = torch::nn;

constexpr std::array<BlockShape, 11> kSmall = {{
    {3, 16, 16, true, false, 2},
    {3, 72, 24, false, false, 2},
    {3, 88, 24, false, false, 1},
    {5, 96, 40, true, true, 2},
    {5, 240, 40, true, true, 1},
    {5, 240, 40, true, true, 1},
    {5, 120, 48, true, true, 1},
    {5, 144, 48, true, true, 1},
    {5, 288, 96, true, true, 1},
    {5, 576, 96, true, true, 1},
    {5, 576, 96, true, true, 1},
}};
constexpr std::array<BlockShape, 14> kMedium = {{
    {3, 16, 16, true, false, 2},
    {3, 72, 40, false, false, 2},
    {3, 120, 40, false, false, 1},
    {3, 120, 40, false, false, 1},
    {5, 120, 56, true, true, 2},
    {5, 240, 56, true, true, 1},
    {5, 240, 56, true, true, 1},
    {5, 168, 64, true, true, 1},
    {5, 192, 64, true, true, 1},
    {5, 384, 112, true, true, 1},
    {5, 672, 112, true, true, 1},
    {5, 672, 112, true, true, 1},
    {5, 672, 112, true, true, 1},
    {5, 672, 112, true, true, 1},
}};

constexpr std::array<BlockShape, 11> kFine = {{
    {3, 16, 16, true, false, 2},
    {3, 72, 24, false, false, 2},
    {3, 88, 24, false, false, 1},
    {5, 240, 56, true, true, 3},
    {5, 240, 56, true, true, 1},
    {5, 240, 56, true, true, 1},
    {5, 168, 64, true, true, 1},
    {5, 192, 64, true, true, 1},
    {5, 384, 96, true, true, 1},
    {5, 576, 96, true, true, 1},
    {5, 576, 96, true, true, 1},
}};
constexpr int kStemStride = 2;

// Channel counts of a squeeze are multiples of 8, as in the paper's code.
int SqueezeChannels(int channels) { return (channels / 4 + 4) / 8 * 8; }

}  // namespace

std::span<const BlockShape> BlocksOf(EncoderSize size) {
  switch (size) {
    case EncoderSize::kSmall:
      return kSmall;
    case EncoderSize::kMedium:
      return kMedium;
    case EncoderSize::kFine:
      return kFine;
  }
  return {};
}

const char* NameOf(EncoderSize size) {
  return std::ranges::find(kEncoderSizes, size, &NamedEncoderSize::size)->name;
}

int CellPixelsOf(EncoderSize size) {
  int pixels = kStemStride;
  for (const BlockShape& shape : BlocksOf(size)) pixels *= shape.stride;
  return pixels;
}

ConvNormImpl::ConvNormImpl(int in, int out, int kernel, int stride, int groups, Activation a)
    : activation(a) {
  conv = register_module("conv", nn::Conv2d(nn::Conv2dOptions(in, out, kernel)
                                                .stride(stride)
                                                .padding(kernel / 2)
                                                .groups(groups)
                                                .bias(false)));
  norm = register_module("norm", nn::BatchNorm2d(nn::BatchNorm2dOptions(out).momentum(0.02)));
  nn::init::kaiming_normal_(conv->weight, 0, torch::kFanOut, torch::kReLU);
}

torch::Tensor ConvNormImpl::forward(torch::Tensor x) {
  x = conv(x);
  if (is_training()) return BatchNormActivate(x, norm, activation);
  x = norm(x);
  if (activation == Activation::kRelu) return torch::relu_(x);
  if (activation == Activation::kHardSwish) return torch::hardswish(x);
  return x;
}

SqueezeImpl::SqueezeImpl(int channels) {
  const int reduced = SqueezeChannels(channels);
  reduce = register_module("reduce", nn::Conv2d(nn::Conv2dOptions(channels, reduced, 1)));
  expand = register_module("expand", nn::Conv2d(nn::Conv2dOptions(reduced, channels, 1)));
}

torch::Tensor SqueezeImpl::forward(torch::Tensor x) {
  const torch::Tensor mean = x.mean({2, 3}, true);
  return x * torch::hardsigmoid(expand(torch::relu(reduce(mean))));
}

BottleneckImpl::BottleneckImpl(int in, const BlockShape& block_shape)
    : shape(block_shape), residual(shape.stride == 1 && in == shape.out) {
  const Activation activation = shape.hard_swish ? Activation::kHardSwish : Activation::kRelu;
  if (shape.expanded != in) {
    expand = register_module("expand", ConvNorm(in, shape.expanded, 1, 1, 1, activation));
  }
  depthwise = register_module("depthwise", ConvNorm(shape.expanded, shape.expanded, shape.kernel,
                                                    shape.stride, shape.expanded, activation));
  if (shape.squeeze) squeeze = register_module("squeeze", Squeeze(shape.expanded));
  project =
      register_module("project", ConvNorm(shape.expanded, shape.out, 1, 1, 1, Activation::kNone));
}

torch::Tensor BottleneckImpl::forward(torch::Tensor x) {
  torch::Tensor y = x;
  if (!expand.is_empty()) y = expand(y);
  y = depthwise(y);
  if (!squeeze.is_empty()) y = squeeze(y);
  y = project(y);
  return residual ? x + y : y;
}

VisionEncoderImpl::VisionEncoderImpl(int feature_channels, EncoderSize size) {
  stem = register_module("stem",
                         ConvNorm(3, kStemChannels, 3, kStemStride, 1, Activation::kHardSwish));
  int channels = kStemChannels;
  for (const BlockShape& shape : BlocksOf(size)) {
    const std::string name = "block" + std::to_string(blocks.size());
    blocks.push_back(register_module(name, Bottleneck(channels, shape)));
    channels = shape.out;
  }
  head = register_module("head",
                         ConvNorm(channels, feature_channels, 1, 1, 1, Activation::kHardSwish));
}

torch::Tensor VisionEncoderImpl::forward(torch::Tensor images) {
  torch::Tensor x = stem(images);
  for (Bottleneck& block : blocks) x = block(x);
  return head(x);
}

}  // namespace edgevlm::train
