// Draws plain shapes and digits into images.
#pragma once

#include <string_view>

#include "image/image.h"

namespace edgevlm {

enum class ShapeKind { kCircle, kSquare, kTriangle, kRing, kCross, kStar, kDiamond };
inline constexpr int kShapeKinds = 7;

// Where something is drawn, in pixels.
struct ShapePlace {
  double x = 0;  // of the center
  double y = 0;
  double radius = 0;  // of the circle around it
};

void FillImage(Color color, Image& image);

// Draws a shape with smooth edges. What lies outside of the image is cut off.
void DrawShape(ShapeKind kind, const ShapePlace& place, Color color, Image& image);

// Draws digits as bright segments on a dark panel, which is `width` pixels wide around the center.
// REQUIRES: digits has 1 to 6 characters 0 to 9.
void DrawDisplay(std::string_view digits, double x, double y, double width, Image& image);

}  // namespace edgevlm
