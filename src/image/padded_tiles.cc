#include "image/padded_tiles.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/check.h"
#include "image/resize.h"

namespace edgevlm {
namespace {

constexpr int kColors = 3;
constexpr int kTaps = 4;  // of a cubic

// Tiles across the shorter side, if the longer one has `longer` tiles.
int TilesAcrossShorter(double ratio, int longer) {
  return static_cast<int>(std::ceil(longer / ratio));
}

double RatioOf(ImageSize image) {
  return static_cast<double>(std::max(image.width, image.height)) /
         std::min(image.width, image.height);
}

// The image at the size of the grid, with its bars.
Image Padded(const Image& image, const TileGrid& grid, const Preprocessing& preprocessing,
             ThreadPool& pool) {
  const bool is_wide = image.width >= image.height;
  const int longer = (is_wide ? grid.cols : grid.rows) * preprocessing.size;
  // Rounded down, as the model's own code does it.
  const int shorter = std::max(1, static_cast<int>(longer / RatioOf({image.width, image.height})));
  const Image resized = Resize(image, is_wide ? longer : shorter, is_wide ? shorter : longer,
                               preprocessing.filter, pool);
  Image padded(grid.cols * preprocessing.size, grid.rows * preprocessing.size);
  for (std::size_t i = 0; i < padded.pixels.size(); ++i) {
    padded.pixels[i] = preprocessing.fill[i % kColors];
  }
  const int left = (padded.width - resized.width) / 2, top = (padded.height - resized.height) / 2;
  for (int y = 0; y < resized.height; ++y) {
    std::copy_n(resized.Row(y), resized.width * kColors, padded.Row(top + y) + left * kColors);
  }
  return padded;
}

// Which four values make one, and their weights.
struct CubicTaps {
  std::array<int, kTaps> at;
  std::array<float, kTaps> weights;
};

// Of each of `out` values along a side of `in`.
std::vector<CubicTaps> CubicAxis(int in, int out) {
  constexpr double kA = -0.75;
  const auto near = [](double x) { return ((kA + 2) * x - (kA + 3)) * x * x + 1; };
  const auto far = [](double x) { return ((kA * x - 5 * kA) * x + 8 * kA) * x - 4 * kA; };
  std::vector<CubicTaps> axis;
  for (int i = 0; i < out; ++i) {
    const double center = (i + 0.5) * in / out - 0.5;
    const double floor = std::floor(center), part = center - floor;
    const std::array<double, kTaps> weights = {far(1 + part), near(part), near(1 - part),
                                               far(2 - part)};
    CubicTaps taps{};
    for (int t = 0; t < kTaps; ++t) {
      const auto tap = static_cast<std::size_t>(t);
      taps.at[tap] = std::clamp(static_cast<int>(floor) - 1 + t, 0, in - 1);
      taps.weights[tap] = static_cast<float>(weights[tap]);
    }
    axis.push_back(taps);
  }
  return axis;
}

// One pixel, not rounded to 8 bits.
std::array<float, kColors> Sample(const Image& image, const CubicTaps& across,
                                  const CubicTaps& down) {
  std::array<float, kColors> sum{};
  for (std::size_t y = 0; y < kTaps; ++y) {
    const std::uint8_t* row = image.Row(down.at[y]);
    for (std::size_t x = 0; x < kTaps; ++x) {
      const float weight = down.weights[y] * across.weights[x];
      const std::uint8_t* pixel = row + across.at[x] * kColors;
      for (std::size_t c = 0; c < kColors; ++c) sum[c] += weight * static_cast<float>(pixel[c]);
    }
  }
  return sum;
}

// The whole image, S x S, normalized.
void SampleWhole(const Image& image, const Preprocessing& preprocessing, View<float> out,
                 ThreadPool& pool) {
  const int size = preprocessing.size;
  const std::vector<CubicTaps> across = CubicAxis(image.width, size);
  const std::vector<CubicTaps> down = CubicAxis(image.height, size);
  pool.ParallelFor(size, 8, [&](int begin, int end, int) {
    for (int y = begin; y < end; ++y) {
      for (int x = 0; x < size; ++x) {
        const auto pixel =
            Sample(image, across[static_cast<std::size_t>(x)], down[static_cast<std::size_t>(y)]);
        float* to = out.Row(y * size + x).data();
        for (std::size_t c = 0; c < kColors; ++c) {
          to[c] = (pixel[c] / 255.0f - preprocessing.mean[c]) / preprocessing.std[c];
        }
      }
    }
  });
}

}  // namespace

TileGrid ChoosePaddedTiles(ImageSize image, int max_tiles) {
  CHECK(image.width >= 1 && image.height >= 1 && max_tiles >= 1);
  const double ratio = RatioOf(image);
  int longer = 1;
  while ((longer + 1) * TilesAcrossShorter(ratio, longer + 1) <= max_tiles) ++longer;
  const int shorter = TilesAcrossShorter(ratio, longer);
  const bool is_wide = image.width >= image.height;
  return {.rows = is_wide ? shorter : longer, .cols = is_wide ? longer : shorter};
}

void PreprocessPaddedTiles(const Image& image, const TileGrid& grid,
                           const Preprocessing& preprocessing, View<float> out, ThreadPool& pool) {
  const int size = preprocessing.size, cells = size * size, cut = grid.rows * grid.cols;
  CHECK(cut >= 1 && out.rows == grid.pixels(size));
  const Image padded = Padded(image, grid, preprocessing, pool);
  for (int i = 0; i < cut; ++i) {
    NormalizeTile(padded, i % grid.cols * size, i / grid.cols * size, preprocessing,
                  out.Rows(i * cells, cells));
  }
  SampleWhole(padded, preprocessing, out.Rows(cut * cells, cells), pool);
}

}  // namespace edgevlm
