#include "video/select/frame_facts.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace edgevlm {
namespace {

constexpr float kWhite = 255.0f;

// Rec. 601, in 256ths.
int Luma(const std::uint8_t* rgb) { return (77 * rgb[0] + 150 * rgb[1] + 29 * rgb[2]) >> 8; }

float Sharpness(const Image& image) {
  if (image.width < 3 || image.height < 3) return 0;
  std::int64_t sum = 0;
  for (int y = 1; y + 1 < image.height; ++y) {
    const std::uint8_t* const row = image.Row(y);
    for (int x = 1; x + 1 < image.width; ++x) {
      sum += std::abs(4 * Luma(row + 3 * x) - Luma(row + 3 * (x - 1)) - Luma(row + 3 * (x + 1)) -
                      Luma(image.Row(y - 1) + 3 * x) - Luma(image.Row(y + 1) + 3 * x));
    }
  }
  const auto count = static_cast<float>(image.width - 2) * static_cast<float>(image.height - 2);
  return static_cast<float>(sum) / (4 * kWhite * count);
}

void AddHistogram(const Image& image, FrameFacts& facts) {
  constexpr int kShift = 6;  // two bits of each color
  const std::size_t pixels = image.pixels.size() / 3;
  std::array<std::uint32_t, FrameFacts::kBins> counts = {};
  for (std::size_t i = 0; i < pixels; ++i) {
    const std::uint8_t* const rgb = image.pixels.data() + 3 * i;
    ++counts[static_cast<std::size_t>((rgb[0] >> kShift) << 4 | (rgb[1] >> kShift) << 2 |
                                      rgb[2] >> kShift)];
  }
  std::ranges::transform(counts, facts.histogram.begin(), [&](std::uint32_t count) {
    return static_cast<float>(count) / static_cast<float>(pixels);
  });
}

// A frame smaller than the grid has blocks that share pixels.
void AddBlocks(const Image& image, FrameFacts& facts) {
  for (int by = 0; by < FrameFacts::kBlockRows; ++by) {
    const int top = by * image.height / FrameFacts::kBlockRows;
    const int bottom = std::max(top + 1, (by + 1) * image.height / FrameFacts::kBlockRows);
    for (int bx = 0; bx < FrameFacts::kBlockCols; ++bx) {
      const int left = bx * image.width / FrameFacts::kBlockCols;
      const int right = std::max(left + 1, (bx + 1) * image.width / FrameFacts::kBlockCols);
      std::array<std::uint32_t, 3> sums = {};
      for (int y = top; y < bottom; ++y) {
        for (int x = left; x < right; ++x) {
          for (std::size_t i = 0; i < 3; ++i) sums[i] += image.Row(y)[3 * x + static_cast<int>(i)];
        }
      }
      const auto pixels = static_cast<float>((bottom - top) * (right - left));
      auto& block = facts.blocks[static_cast<std::size_t>(by * FrameFacts::kBlockCols + bx)];
      for (std::size_t i = 0; i < 3; ++i) {
        block[i] = static_cast<float>(sums[i]) / (kWhite * pixels);
      }
    }
  }
}

float BlockChange(const std::array<float, 3>& a, const std::array<float, 3>& b) {
  return std::max({std::abs(a[0] - b[0]), std::abs(a[1] - b[1]), std::abs(a[2] - b[2])});
}

}  // namespace

FrameFacts MeasureFrame(const VideoFrame& frame) {
  FrameFacts facts;
  facts.seconds = frame.seconds;
  facts.sharpness = Sharpness(frame.image);
  AddHistogram(frame.image, facts);
  AddBlocks(frame.image, facts);
  return facts;
}

double MeanBlockChange(const FrameFacts& a, const FrameFacts& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.blocks.size(); ++i) sum += BlockChange(a.blocks[i], b.blocks[i]);
  return sum / static_cast<double>(a.blocks.size());
}

double LargestBlockChange(const FrameFacts& a, const FrameFacts& b) {
  float largest = 0;
  for (std::size_t i = 0; i < a.blocks.size(); ++i) {
    largest = std::max(largest, BlockChange(a.blocks[i], b.blocks[i]));
  }
  return largest;
}

double HistogramChange(const FrameFacts& a, const FrameFacts& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.histogram.size(); ++i) {
    sum += std::abs(a.histogram[i] - b.histogram[i]);
  }
  return sum / 2;
}

}  // namespace edgevlm
