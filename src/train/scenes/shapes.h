// The eight shapes as signed distance functions, and their painting.
#pragma once

#include "train/scenes/canvas.h"

namespace edgevlm::train {

// In the order of the shapes in ThingNames().
enum class Form { kCircle, kSquare, kTriangle, kStar, kDiamond, kHexagon, kCross, kRing };

// Signed distance to the form's edge, negative inside; x and y in [-1, 1] across its box. Exact
// near the edge, a lower bound far outside of corners (cf. Quilez, "2D distance functions").
float DistanceTo(Form form, float x, float y);

struct ShapeLook {
  Form form = Form::kCircle;
  Rgb fill;
  Rgb outline;
  float outline_width = 0;  // 0 means none; the box is 2 wide
  float shading = 0;        // the top is lighter and the bottom darker by this fraction
};

class ShapePaint {
 public:
  // pixel: size of a pixel, if the box is 2 wide.
  ShapePaint(const ShapeLook& look, float pixel) : look_(look), pixel_(pixel) {}

  Rgba operator()(float u, float v) const {
    const float y = 2 * v - 1;
    const float distance = DistanceTo(look_.form, 2 * u - 1, y);
    const float alpha = Coverage(distance, pixel_);
    if (alpha <= 0) return {};
    Rgb color = Scale(look_.fill, 1 - look_.shading * y);
    if (look_.outline_width > 0) {
      color = Mix(look_.outline, color, Coverage(distance + look_.outline_width, pixel_));
    }
    return WithAlpha(color, alpha);
  }

 private:
  ShapeLook look_;
  float pixel_;
};

}  // namespace edgevlm::train
