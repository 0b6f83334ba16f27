#include "real/whisper_encoder.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <string>
#include <utility>

#include "gguf/names.h"
#include "gguf/writer.h"
#include "kernels/matmul/float32/float32_matmul.h"
#include "real/speech.h"

namespace edgevlm {
namespace {

constexpr int kTaps = 3;  // of a convolution
constexpr int kColors = 3;

std::size_t Size(int rows, int cols) {
  return static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
}

// [O, C, kTaps] to [O, kTaps, C], the order of windows.
std::vector<float> ChannelsLast(const std::vector<float>& weight, int channels) {
  std::vector<float> moved;
  const auto step = static_cast<std::ptrdiff_t>(channels) * kTaps;
  for (auto output = weight.begin(); output != weight.end(); output += step) {
    for (int tap = 0; tap < kTaps; ++tap) {
      for (int c = 0; c < channels; ++c) moved.push_back(output[c * kTaps + tap]);
    }
  }
  return moved;
}

// The `kTaps` rows of x [T, C] around every stride-th row, zeros beyond the ends: [T / stride,
// kTaps * C].
std::vector<float> Windows(const std::vector<float>& x, int channels, int stride) {
  const int rows = static_cast<int>(x.size()) / channels;
  std::vector<float> windows(Size(rows / stride, kTaps * channels));
  auto to = windows.begin();
  for (int center = 0; center < rows; center += stride) {
    for (int row = center - 1; row <= center + 1; ++row, to += channels) {
      if (0 <= row && row < rows) std::copy_n(x.begin() + row * channels, channels, to);
    }
  }
  return windows;
}

void ApplyExactGelu(std::vector<float>& values) {
  for (float& v : values) v *= 0.5f * (1 + std::erf(v / std::numbers::sqrt2_v<float>));
}

struct ConvolutionShape {
  std::string module;
  int channels;
  int stride;
};

std::vector<float> ConvolveOnce(const WhisperFile& file, const ConvolutionShape& shape,
                                const std::vector<float>& x, ThreadPool& pool) {
  const int inputs = kTaps * shape.channels;
  const std::vector<float> windows = Windows(x, shape.channels, shape.stride);
  const std::vector<float> weight =
      ChannelsLast(file.Values(shape.module + "/weight", Whisper::kWidth * inputs), shape.channels);
  const int rows = static_cast<int>(windows.size()) / inputs;
  std::vector<float> y(Size(rows, Whisper::kWidth));
  MatMul(View<const float>(windows.data(), rows, inputs),
         Weight(View<const float>(weight.data(), Whisper::kWidth, inputs)),
         {.bias = file.Values(shape.module + "/bias", Whisper::kWidth)},
         View<float>(y.data(), rows, Whisper::kWidth), pool);
  ApplyExactGelu(y);
  return y;
}

// Every row [width] of values kCopies times, side by side.
std::vector<float> RepeatRows(std::span<const float> values, int width) {
  std::vector<float> repeated;
  for (auto row = values.begin(); row != values.end(); row += width) {
    for (int copy = 0; copy < Whisper::kCopies; ++copy) {
      repeated.insert(repeated.end(), row, row + width);
    }
  }
  return repeated;
}

// Block-diagonal: [W, 0; 0, W] of W [outputs, inputs].
std::vector<float> RepeatMatrix(std::span<const float> matrix, int inputs) {
  std::vector<float> repeated;
  for (int copy = 0; copy < Whisper::kCopies; ++copy) {
    for (auto row = matrix.begin(); row != matrix.end(); row += inputs) {
      repeated.insert(repeated.end(), Size(copy, inputs), 0.0f);
      repeated.insert(repeated.end(), row, row + inputs);
      repeated.insert(repeated.end(), Size(Whisper::kCopies - 1 - copy, inputs), 0.0f);
    }
  }
  return repeated;
}

class FileBuilder {
 public:
  explicit FileBuilder(const WhisperFile& whisper) : whisper_(whisper) {
    AddKeys();
    AddEmbedding();
    for (int block = 0; block < Whisper::kBlocks; ++block) AddBlock(block);
    AddNorm(modules::kVisionPostNorm, "layer_norm");
  }

  std::vector<std::byte> ToBytes() const {
    Result<std::vector<std::byte>> bytes = writer_.ToBytes();
    CHECK(bytes.ok());
    return *std::move(bytes);
  }

 private:
  void AddKeys() {
    writer_.Add(keys::kArchitecture, std::string("clip"));
    writer_.Add(keys::kProjectorType, std::string("idefics3"));  // reads the last block
    writer_.Add(keys::kImageMean, std::vector<float>{0, 0, 0});
    writer_.Add(keys::kImageStd, std::vector<float>{1, 1, 1});
    writer_.Add(keys::kImageSize, std::uint32_t{Whisper::kImageSize});
    writer_.Add(keys::kPatchSize, std::uint32_t{Whisper::kPatchSize});
    writer_.Add(keys::kVisionEmbeddingLength, std::uint32_t{Whisper::kFeatureWidth});
    writer_.Add(keys::kVisionFeedForwardLength, std::uint32_t{Whisper::kCopies * Whisper::kHidden});
    writer_.Add(keys::kVisionBlockCount, std::uint32_t{Whisper::kBlocks});
    writer_.Add(keys::kVisionHeadCount, std::uint32_t{Whisper::kCopies * Whisper::kHeads});
    writer_.Add(keys::kVisionLayerNormEpsilon, 1e-5f);
    writer_.Add(keys::kUseGelu, true);
  }

  void AddTensor(const std::string& name, DType dtype, const Shape& shape,
                 std::span<const float> values) {
    Result<std::vector<std::byte>> bytes = FromFloats(values, dtype);
    CHECK(bytes.ok());
    writer_.AddTensor(name, dtype, shape, *std::move(bytes));
  }

  // The patch embedding is stored as [outputs, colors, rows, columns].
  void AddEmbedding() {
    constexpr int kPixels = Whisper::kPatchSize * Whisper::kPatchSize;
    std::vector<float> identity(Size(Whisper::kFeatureWidth, kColors * kPixels));
    for (int i = 0; i < Whisper::kFeatureWidth; ++i) {
      const int from = i % Whisper::kWidth;
      const int input = from % kColors * kPixels + from / kColors;
      identity[Size(i, kColors * kPixels) + static_cast<std::size_t>(input)] = 1;
    }
    AddTensor(modules::Weight(modules::kPatchEmbedding), DType::kF32,
              {Whisper::kFeatureWidth, kColors, Whisper::kPatchSize, Whisper::kPatchSize},
              identity);
    const std::span<const float> positions =
        whisper_.Values("position_encodings/encodings", Whisper::kPositions * Whisper::kWidth);
    AddTensor(
        modules::Weight(modules::kVisionPositions), DType::kF32,
        {Whisper::kPatches, Whisper::kFeatureWidth},
        RepeatRows(positions.first(Size(Whisper::kPatches, Whisper::kWidth)), Whisper::kWidth));
  }

  void AddNorm(std::string_view module, const std::string& from) {
    AddVector(modules::Weight(module), whisper_.Values(from + "/gamma", Whisper::kWidth));
    AddVector(modules::Bias(module), whisper_.Values(from + "/beta", Whisper::kWidth));
  }

  void AddVector(const std::string& name, std::span<const float> values) {
    const int width = static_cast<int>(values.size());
    AddTensor(name, DType::kF32, {Whisper::kCopies * width}, RepeatRows(values, width));
  }

  void AddLinear(std::string_view module, std::span<const float> weight,
                 std::span<const float> bias) {
    const int outputs = static_cast<int>(bias.size());
    const int inputs = static_cast<int>(weight.size()) / outputs;
    AddTensor(modules::Weight(module), DType::kF16,
              {Whisper::kCopies * outputs, Whisper::kCopies * inputs},
              RepeatMatrix(weight, inputs));
    AddVector(modules::Bias(module), bias);
  }

  void AddLinear(std::string_view module, const std::string& from, int outputs, int inputs) {
    AddLinear(module, whisper_.Values(from + "/weight", outputs * inputs),
              whisper_.Values(from + "/bias", outputs));
  }

  // Queries, keys and values are rows of one matrix. Whisper has no bias for keys; the file has
  // zeros there.
  void AddQkv(int block, const std::string& from) {
    constexpr int kWidth = Whisper::kWidth;
    const std::span<const float> weight = whisper_.Values(from + "/weight", 3 * kWidth * kWidth);
    const std::span<const float> bias = whisper_.Values(from + "/bias", 3 * kWidth);
    int part = 0;
    for (const std::string& module :
         {modules::VisionAttnQ(block), modules::VisionAttnK(block), modules::VisionAttnV(block)}) {
      AddLinear(module, weight.subspan(Size(part * kWidth, kWidth), Size(kWidth, kWidth)),
                bias.subspan(Size(part, kWidth), Size(1, kWidth)));
      ++part;
    }
  }

  void AddBlock(int block) {
    const std::string layer = "layer_" + std::to_string(block);
    const std::string attention = layer + "/self_attention", mlp = layer + "/ffn";
    AddNorm(modules::VisionAttnNorm(block), attention + "/layer_norm");
    AddQkv(block, attention + "/linear_0");
    AddLinear(modules::VisionAttnOutput(block), attention + "/linear_1", Whisper::kWidth,
              Whisper::kWidth);
    AddNorm(modules::VisionFfnNorm(block), mlp + "/layer_norm");
    AddLinear(modules::VisionFfnUp(block), mlp + "/linear_0", Whisper::kHidden, Whisper::kWidth);
    AddLinear(modules::VisionFfnDown(block), mlp + "/linear_1", Whisper::kWidth, Whisper::kHidden);
  }

  const WhisperFile& whisper_;
  GgufWriter writer_;
};

}  // namespace

std::vector<float> Convolve(const WhisperFile& file, const std::vector<float>& mel,
                            ThreadPool& pool) {
  const std::vector<float> y = ConvolveOnce(file, {"conv1", kMelBands, 1}, mel, pool);
  return ConvolveOnce(file, {"conv2", Whisper::kWidth, 2}, y, pool);
}

std::vector<float> ImageOfRows(const std::vector<float>& rows) {
  std::vector<float> pixels(Size(Whisper::kImageSize, Whisper::kImageSize * kColors));
  constexpr int kLine = Whisper::kPatchSize * kColors;
  for (int patch = 0; patch < Whisper::kPatches; ++patch) {
    const int top = patch / Whisper::kSide * Whisper::kPatchSize;
    const int left = patch % Whisper::kSide * Whisper::kPatchSize;
    for (int i = 0; i < Whisper::kWidth; ++i) {
      const int row = top + i / kLine;
      pixels[Size(row, Whisper::kImageSize * kColors) + Size(left, kColors) +
             static_cast<std::size_t>(i % kLine)] =
          rows[Size(patch, Whisper::kWidth) + static_cast<std::size_t>(i)];
    }
  }
  return pixels;
}

std::vector<std::byte> WhisperAsVisionEncoder(const WhisperFile& file) {
  return FileBuilder(file).ToBytes();
}

}  // namespace edgevlm
