// Pixel shuffle (Shi et al. 2016, space to depth): neighboring patches become one row.
#pragma once

#include "model/run.h"
#include "tensor/view.h"

namespace edgevlm {

// Row (y, x) of the result is the s x s patches from (y * s, x * s) on, row by row.
//   features  [n * side^2, E], of one or several images
//   wide      [n * side^2 / s^2, E * s^2]
// REQUIRES: s divides side.
void PixelShuffle(View<const float> features, int side, int scale, View<float> wide,
                  const Run& run);

}  // namespace edgevlm
