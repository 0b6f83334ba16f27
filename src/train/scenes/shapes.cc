#include "train/scenes/shapes.h"

#include <cmath>

namespace edgevlm::train {
namespace {

// Five tips at radius 0.98, five notches at 0.42; the plane is folded onto half a tip.
float DistanceToStar(float x, float y) {
  constexpr float kTip = 0.98f, kNotch = 0.42f;
  constexpr float kCos36 = 0.80901699f, kSin36 = 0.58778525f;
  y = -(y - 0.05f);  // tips up; lowered a little, because the lower tips end at 0.81 of the radius
  x = std::fabs(x);
  // Mirrors at the lines through the center at 36 degrees to the vertical, right and left.
  for (const float side : {1.0f, -1.0f}) {
    const float beyond = std::max(side * kCos36 * x - kSin36 * y, 0.0f);
    x -= 2 * beyond * side * kCos36;
    y += 2 * beyond * kSin36;
  }
  x = std::fabs(x);
  // The edge runs from the tip (0, kTip) to the notch.
  const float edge_x = kNotch * kSin36;
  const float edge_y = kNotch * kCos36 - kTip;
  const float length = std::sqrt(edge_x * edge_x + edge_y * edge_y);
  return (x * -edge_y + (y - kTip) * edge_x) / length;
}

}  // namespace

float DistanceTo(Form form, float x, float y) {
  const float across = std::fabs(x);
  const float along = std::fabs(y);
  switch (form) {
    case Form::kCircle:
      return std::sqrt(x * x + y * y) - 0.97f;
    case Form::kSquare:
      return std::max(across, along) - 0.9f;
    case Form::kTriangle:
      // Base from (-0.95, 0.82) to (0.95, 0.82), tip at (0, -0.82).
      return std::max(y - 0.82f, (across * 1.64f - (y + 0.82f) * 0.95f) / 1.8953f);
    case Form::kStar:
      return DistanceToStar(x, y);
    case Form::kDiamond:
      // Narrower than high, so that it is not a rotated square.
      return (across + along * 0.7f - 0.686f) / 1.2207f;
    case Form::kHexagon:
      return std::max(along, across * 0.8660254f + along * 0.5f) - 0.84f;
    case Form::kCross: {
      const float longer = std::max(across, along);
      const float shorter = std::min(across, along);
      return std::max(longer - 0.94f, shorter - 0.3f);
    }
    case Form::kRing:
      return std::fabs(std::sqrt(x * x + y * y) - 0.74f) - 0.22f;
  }
  return 1;
}

}  // namespace edgevlm::train
