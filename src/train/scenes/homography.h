// Homography: the projective map from a thing's unit square to the image.
#pragma once

#include <array>

#include "train/scenes/scene.h"

namespace edgevlm::train {

// Maps (u, v) to ((a u + b v + c) / w, (d u + e v + f) / w) with w = g u + h v + i
// (Heckbert 1989, "Fundamentals of texture mapping").
struct Homography {
  float a, b, c, d, e, f, g, h, i;

  Point Map(Point from) const {
    const float w = g * from.x + h * from.y + i;
    return {(a * from.x + b * from.y + c) / w, (d * from.x + e * from.y + f) / w};
  }
};

// Maps (0,0), (1,0), (1,1), (0,1) to the corners, in this order. REQUIRES: a convex
// quadrilateral.
Homography FromUnitSquare(const std::array<Point, 4>& corners);

// The inverse. A homography is defined up to scale, so this is the adjugate.
Homography Inverse(const Homography& map);

}  // namespace edgevlm::train
