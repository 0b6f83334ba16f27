// Learned positions of a square of patches for an image of another shape.
#pragma once

#include "image/image.h"
#include "model/vision/patch_order.h"
#include "tensor/view.h"

namespace edgevlm {

// Bilinear, the corners of the square on those of the image:
//   y[i] = the table at (row of patch i * (side - 1) / (rows - 1), the same of its column)
//   table  [side * side, E], row by row
//   size   in patches
//   y      [P, E], in `order`
void InterpolatePositions(View<const float> table, int side, ImageSize size,
                          const PatchOrder& order, View<float> y);

}  // namespace edgevlm
