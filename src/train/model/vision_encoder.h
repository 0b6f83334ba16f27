// The vision encoder for training in LibTorch: a body like MobileNetV3-small's, with a finer grid
// of output cells.
#pragma once
#include <array>
#include <span>
#include <vector>

#include "train/ops/activation.h"
#include "train/torch.h"

namespace edgevlm::train {

// One bottleneck block of MobileNetV3 (Howard et al. 2019, table 2).
struct BlockShape {
  int kernel;       // 3 or 5
  int expanded;     // channels of the depthwise convolution
  int out;          // channels after the projection
  bool squeeze;     // squeeze-and-excitation
  bool hard_swish;  // else ReLU
  int stride;       // 1 to 3
};

enum class EncoderSize {
  // MobileNetV3-small's blocks, but with stride 1 instead of 2 in the last stage: the decoder reads
  // a grid of cells, and with 32 pixels per cell two things could share one.
  kSmall,
  // The same with 40 channels in place of 24 for each 8 x 8 pixels, more in the stages after it,
  // and three more blocks: 2.1 times the multiply-adds.
  kMedium,
  // kSmall for images that are 1.5 times as large, with the same grid: small things and digits have
  // more pixels. Stride 3 leads to the last stage's grid, and the blocks there have more channels.
  // 1.4 times the multiply-adds.
  kFine,
};

struct NamedEncoderSize {
  const char* name;
  EncoderSize size;
};
inline constexpr std::array<NamedEncoderSize, 3> kEncoderSizes = {{{"small", EncoderSize::kSmall},
                                                                   {"medium", EncoderSize::kMedium},
                                                                   {"fine", EncoderSize::kFine}}};
const char* NameOf(EncoderSize size);

std::span<const BlockShape> BlocksOf(EncoderSize size);

// Side of a cell of the output grid, in pixels of the image.
int CellPixelsOf(EncoderSize size);

inline constexpr int kStemChannels = 16;

// Convolution without bias, batch norm, and optionally an activation.
struct ConvNormImpl : torch::nn::Module {
  ConvNormImpl(int in, int out, int kernel, int stride, int groups, Activation activation);
  torch::Tensor forward(torch::Tensor x);

  torch::nn::Conv2d conv{nullptr};
  torch::nn::BatchNorm2d norm{nullptr};
  Activation activation;
};
TORCH_MODULE(ConvNorm);

struct SqueezeImpl : torch::nn::Module {
  explicit SqueezeImpl(int channels);
  torch::Tensor forward(torch::Tensor x);

  torch::nn::Conv2d reduce{nullptr}, expand{nullptr};
};
TORCH_MODULE(Squeeze);

struct BottleneckImpl : torch::nn::Module {
  BottleneckImpl(int in, const BlockShape& shape);
  torch::Tensor forward(torch::Tensor x);

  ConvNorm expand{nullptr};  // empty if the block does not expand
  ConvNorm depthwise{nullptr};
  Squeeze squeeze{nullptr};  // empty if the block has none
  ConvNorm project{nullptr};
  BlockShape shape;
  bool residual;
};
TORCH_MODULE(Bottleneck);

struct VisionEncoderImpl : torch::nn::Module {
  explicit VisionEncoderImpl(int feature_channels, EncoderSize size = EncoderSize::kSmall);
  // images [B, 3, S, S], normalized -> features [B, E, G, G], of S / CellPixelsOf cells a side.
  torch::Tensor forward(torch::Tensor images);

  ConvNorm stem{nullptr};
  std::vector<Bottleneck> blocks;
  ConvNorm head{nullptr};
};
TORCH_MODULE(VisionEncoder);

}  // namespace edgevlm::train
