// From a picture to the numbers that a vision encoder takes. Training and inference both come here.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/thread_pool.h"
#include "image/image.h"
#include "kernels/resample/axis.h"
#include "tensor/view.h"

namespace edgevlm {

// How a picture that is not square becomes one.
enum class Fit {
  kLetterbox,  // resized until it fits, bars of `fill` beside it
  kPad,        // bars of `fill` beside it, then resized; their inner edges blend with the picture
  kStretch,    // resized to the square, proportions given up
};

// What an encoder expects of a picture.
struct Preprocessing {
  int size = 0;                                    // S: side of the square, in pixels
  std::array<float, 3> mean = {0.5f, 0.5f, 0.5f};  // of red, green, blue, as parts of 1
  std::array<float, 3> std = {0.5f, 0.5f, 0.5f};
  Filter filter = Filter::kBicubic;
  Fit fit = Fit::kLetterbox;
  Color fill = {128, 128, 128};
  // Above S where the encoder sees a picture as several squares: the side, in pixels, that the
  // picture's longer one may have before it is cut (image/tiles.h).
  int longest_edge = 0;

  // The longer side beyond which a picture has nothing more to show.
  int detail() const { return longest_edge > size ? longest_edge : size; }
};

// Where a picture lies inside the square.
struct Letterbox {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
};

// The longer side becomes `size`, the other one keeps the proportions (at least one pixel);
// centred, an odd pixel left over goes to the right or the bottom. REQUIRES: width, height, size
// >= 1.
Letterbox FitInto(int width, int height, int size);

// Resizes the whole picture into the square S x S and writes (value / 255 - mean) / std.
//   out [S * S, 3], cells in row-major order, red first
// Cost: 0.4 ms for 300 x 300 -> 160 x 160 on one thread.
// REQUIRES: picture not empty, size >= 1, std > 0. Threads: see ThreadPool::ParallelFor.
void Preprocess(const Image& picture, const Preprocessing& preprocessing, View<float> out,
                ThreadPool& pool);

// (value / 255 - mean) / std of a picture that is S x S already, from (left, top) of `picture` on.
//   out [S * S, 3]
// REQUIRES: the square lies inside the picture; std > 0.
void NormaliseSquare(const Image& picture, int left, int top, const Preprocessing& preprocessing,
                     View<float> out);

// Preprocess for several pictures, as many at a time as the pool has threads.
//   out [n * S * S, 3], picture after picture
void PreprocessAll(std::span<const Image> pictures, const Preprocessing& preprocessing,
                   View<float> out, ThreadPool& pool);

}  // namespace edgevlm
