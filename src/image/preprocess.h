// Preprocess: converts an image to the input of a vision encoder. Training and inference share it.
#pragma once

#include <array>
#include <cstdint>

#include "base/thread_pool.h"
#include "image/image.h"
#include "kernels/resample/axis.h"
#include "tensor/view.h"

namespace edgevlm {

// How a non-square image becomes the square input.
enum class Fit {
  kLetterbox,  // resized to fit, with bars of `fill` at the sides
  kPad,        // padded with `fill`, then resized; the edges of the bars blend with the image
  kStretch,    // resized to the square, changing the aspect ratio
};

// How an image is resized that is split into tiles (image/tiles.h).
enum class TileResize {
  kFitted,  // to a longer side of longest_edge, then to whole tiles; the whole image from that
  kDirect,  // to whole tiles; the whole image from the image itself
  kPadded,  // with its aspect ratio, and padded to whole tiles (image/padded_tiles.h)
};

// The preprocessing that a vision encoder expects.
struct Preprocessing {
  int size = 0;                                    // S: input size, side in pixels
  std::array<float, 3> mean = {0.5f, 0.5f, 0.5f};  // of red, green, blue, in [0, 1]
  std::array<float, 3> std = {0.5f, 0.5f, 0.5f};
  Filter filter = Filter::kBicubic;
  Fit fit = Fit::kLetterbox;
  Color fill = {128, 128, 128};
  // Greater than S if the image is split into tiles (image/tiles.h): the longer side, in pixels, to
  // which it is resized first, or at most resized.
  int longest_edge = 0;
  TileResize tile_resize = TileResize::kFitted;

  // The longer side in pixels beyond which more resolution is of no use.
  int detail() const { return longest_edge > size ? longest_edge : size; }
  // The same for an image of these proportions: stretching it needs the detail on its shorter side.
  int DetailFor(int width, int height) const;
};

// The rectangle of the image inside the square input.
struct Letterbox {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
};

// Scales the longer side to `size` and keeps the aspect ratio (at least one pixel). Centered; an
// odd pixel of padding goes to the right or the bottom. REQUIRES: width, height, size >= 1.
Letterbox FitInto(int width, int height, int size);

// Resizes the whole image to S x S and writes (value / 255 - mean) / std.
//   out [S * S, 3], row-major, red first
// Cost: 0.4 ms for 300 x 300 -> 160 x 160 on one thread.
// REQUIRES: image not empty, size >= 1, std > 0. Threads: see ThreadPool::ParallelFor.
void Preprocess(const Image& image, const Preprocessing& preprocessing, View<float> out,
                ThreadPool& pool);

// The same for an input of another size: stretches the whole image to it.
//   out [height * width, 3]
void PreprocessStretched(const Image& image, ImageSize size, const Preprocessing& preprocessing,
                         View<float> out, ThreadPool& pool);

// Writes (value / 255 - mean) / std of the S x S tile of `image` at (left, top), without resizing.
//   out [S * S, 3]
// REQUIRES: the tile lies inside the image; std > 0.
void NormalizeTile(const Image& image, int left, int top, const Preprocessing& preprocessing,
                   View<float> out);

}  // namespace edgevlm
