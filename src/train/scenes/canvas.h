// Canvas: the image while it is drawn, and the loop that draws through a homography.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "train/scenes/homography.h"
#include "train/scenes/scene.h"

namespace edgevlm::train {

// Each channel in [0, 255].
struct Rgb {
  float r = 0;
  float g = 0;
  float b = 0;
};

// Premultiplied: color channels in [0, 255 * a], a in [0, 1].
struct Rgba {
  float r = 0;
  float g = 0;
  float b = 0;
  float a = 0;
};

inline Rgb Mix(Rgb from, Rgb to, float fraction) {
  return {from.r + (to.r - from.r) * fraction, from.g + (to.g - from.g) * fraction,
          from.b + (to.b - from.b) * fraction};
}

inline Rgb Scale(Rgb color, float factor) {
  return {color.r * factor, color.g * factor, color.b * factor};
}

inline Rgba WithAlpha(Rgb color, float alpha) {
  return {color.r * alpha, color.g * alpha, color.b * alpha, alpha};
}

// Row-major [height, width]; float, so that values are rounded only once, at the end.
struct Canvas {
  int width;
  int height;
  std::vector<Rgb> pixels;

  Canvas(int canvas_width, int canvas_height)
      : width(canvas_width),
        height(canvas_height),
        pixels(static_cast<std::size_t>(canvas_width) * static_cast<std::size_t>(canvas_height)) {}

  Rgb* Row(int y) {
    return pixels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }
};

// The fraction of a pixel inside an edge at this signed distance (negative is inside).
// pixel: size of a pixel, in the unit of distance.
inline float Coverage(float distance, float pixel) {
  return std::clamp(0.5f - distance / pixel, 0.0f, 1.0f);
}

// Composites paint(u, v) -> Rgba over the canvas; corners (pixels) are the images of the unit
// square's corners. Visits only pixels in the bounding box of the unit square extended by margin on
// each side.
template <class Paint>
void DrawThrough(const std::array<Point, 4>& corners, float margin, const Paint& paint,
                 Canvas& canvas) {
  const Homography map = FromUnitSquare(corners);
  const Homography inverse = Inverse(map);
  float left = 1e9f, right = -1e9f, top = 1e9f, bottom = -1e9f;
  for (const Point unit : {Point{0, 0}, Point{1, 0}, Point{1, 1}, Point{0, 1}}) {
    const Point at =
        map.Map({unit.x + (unit.x * 2 - 1) * margin, unit.y + (unit.y * 2 - 1) * margin});
    left = std::min(left, at.x), right = std::max(right, at.x);
    top = std::min(top, at.y), bottom = std::max(bottom, at.y);
  }
  const int x_begin = std::max(0, static_cast<int>(left) - 1);
  const int x_end = std::min(canvas.width, static_cast<int>(right) + 2);
  const int y_begin = std::max(0, static_cast<int>(top) - 1);
  const int y_end = std::min(canvas.height, static_cast<int>(bottom) + 2);
  for (int y = y_begin; y < y_end; ++y) {
    Rgb* row = canvas.Row(y);
    const float at_y = static_cast<float>(y) + 0.5f;
    const float row_u = inverse.b * at_y + inverse.c;
    const float row_v = inverse.e * at_y + inverse.f;
    const float row_w = inverse.h * at_y + inverse.i;
    for (int x = x_begin; x < x_end; ++x) {
      const float at_x = static_cast<float>(x) + 0.5f;
      const float scale = 1 / (inverse.g * at_x + row_w);
      const Rgba over =
          paint((inverse.a * at_x + row_u) * scale, (inverse.d * at_x + row_v) * scale);
      if (over.a <= 0) continue;
      const float rest = 1 - over.a;
      row[x] = {over.r + row[x].r * rest, over.g + row[x].g * rest, over.b + row[x].b * rest};
    }
  }
}

}  // namespace edgevlm::train
