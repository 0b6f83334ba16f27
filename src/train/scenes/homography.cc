#include "train/scenes/homography.h"

#include "base/check.h"

namespace edgevlm::train {

Homography FromUnitSquare(const std::array<Point, 4>& corners) {
  const auto [p, q, r, s] = corners;
  const float dx1 = q.x - r.x, dy1 = q.y - r.y;
  const float dx2 = s.x - r.x, dy2 = s.y - r.y;
  const float dx3 = p.x - q.x + r.x - s.x, dy3 = p.y - q.y + r.y - s.y;
  const float det = dx1 * dy2 - dx2 * dy1;
  CHECK(det != 0);
  const float g = (dx3 * dy2 - dx2 * dy3) / det;
  const float h = (dx1 * dy3 - dx3 * dy1) / det;
  return {q.x - p.x + g * q.x,
          s.x - p.x + h * s.x,
          p.x,
          q.y - p.y + g * q.y,
          s.y - p.y + h * s.y,
          p.y,
          g,
          h,
          1};
}

Homography Inverse(const Homography& m) {
  return {m.e * m.i - m.f * m.h, m.c * m.h - m.b * m.i, m.b * m.f - m.c * m.e,
          m.f * m.g - m.d * m.i, m.a * m.i - m.c * m.g, m.c * m.d - m.a * m.f,
          m.d * m.h - m.e * m.g, m.b * m.g - m.a * m.h, m.a * m.e - m.b * m.d};
}

}  // namespace edgevlm::train
