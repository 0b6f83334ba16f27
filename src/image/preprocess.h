// From an image to the numbers that a vision encoder takes. Training and inference both come here.
#pragma once

#include <array>
#include <cstdint>

#include "base/thread_pool.h"
#include "image/image.h"
#include "kernels/resample/axis.h"
#include "tensor/view.h"

namespace edgevlm {

// How an image that is not square becomes one.
enum class Fit {
  kLetterbox,  // resized until it fits, bars of `fill` beside it
  kPad,        // bars of `fill` beside it, then resized; their inner edges blend with the image
  kStretch,    // resized to the square, proportions given up
};

// What an encoder expects of an image.
struct Preprocessing {
  int size = 0;                                    // S: side of the square, in pixels
  std::array<float, 3> mean = {0.5f, 0.5f, 0.5f};  // of red, green, blue, as parts of 1
  std::array<float, 3> std = {0.5f, 0.5f, 0.5f};
  Filter filter = Filter::kBicubic;
  Fit fit = Fit::kLetterbox;
  Color fill = {128, 128, 128};
  // Above S where the encoder sees an image as several squares: the side, in pixels, that the
  // image's longer one may have before it is cut (image/tiles.h).
  int longest_edge = 0;

  // The longer side beyond which an image has nothing more to show.
  int detail() const { return longest_edge > size ? longest_edge : size; }
};

// Where an image lies inside the square.
struct Letterbox {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
};

// The longer side becomes `size`, the other one keeps the proportions (at least one pixel);
// centered, an odd pixel left over goes to the right or the bottom. REQUIRES: width, height, size
// >= 1.
Letterbox FitInto(int width, int height, int size);

// Resizes the whole image into the square S x S and writes (value / 255 - mean) / std.
//   out [S * S, 3], cells in row-major order, red first
// Cost: 0.4 ms for 300 x 300 -> 160 x 160 on one thread.
// REQUIRES: image not empty, size >= 1, std > 0. Threads: see ThreadPool::ParallelFor.
void Preprocess(const Image& image, const Preprocessing& preprocessing, View<float> out,
                ThreadPool& pool);

// (value / 255 - mean) / std of an image that is S x S already, from (left, top) of `image` on.
//   out [S * S, 3]
// REQUIRES: the square lies inside the image; std > 0.
void NormalizeSquare(const Image& image, int left, int top, const Preprocessing& preprocessing,
                     View<float> out);

}  // namespace edgevlm
