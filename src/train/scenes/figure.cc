#include "train/scenes/figure.h"

#include <algorithm>
#include <cmath>

namespace edgevlm::train {
namespace {

constexpr float kLabelPitch = 0.62f;  // between the centers of neighboring digits, in heights

float DistanceToSegment(Point at, Point from, Point to) {
  const Point along{to.x - from.x, to.y - from.y};
  const Point offset{at.x - from.x, at.y - from.y};
  const float length2 = along.x * along.x + along.y * along.y;
  const float part = length2 > 0 ? (offset.x * along.x + offset.y * along.y) / length2 : 0;
  const float nearest = std::clamp(part, 0.0f, 1.0f);
  return std::hypot(offset.x - nearest * along.x, offset.y - nearest * along.y);
}

float DistanceToBox(Point at, Point from, Point to) {
  const float x = std::max(from.x - at.x, at.x - to.x);
  const float y = std::max(from.y - at.y, at.y - to.y);
  return std::hypot(std::max(x, 0.0f), std::max(y, 0.0f)) + std::min(std::max(x, y), 0.0f);
}

}  // namespace

float FigurePart::Distance(Point at) const {
  if (form == Form::kStroke) return DistanceToSegment(at, from, to) - radius;
  return DistanceToBox(at, {from.x + radius, from.y + radius}, {to.x - radius, to.y - radius}) -
         radius;
}

FigurePaint::FigurePaint(const Figure& figure, float width) : figure_(figure), pixel_(2 / width) {
  for (const NumberLabel& label : figure.labels) {
    const float middle = 0.5f * static_cast<float>(label.digits.size() - 1);
    for (std::size_t i = 0; i < label.digits.size(); ++i) {
      const float x =
          label.center.x + (static_cast<float>(i) - middle) * kLabelPitch * label.height;
      const Glyph& glyph = (*figure.font)[static_cast<std::size_t>(label.digits[i] - '0')];
      const int level = glyph.LevelFor(label.height / pixel_);
      digits_.push_back({{glyph, level}, {x, label.center.y}, label.height, label.color});
    }
  }
}

Rgba FigurePaint::operator()(float u, float v) const {
  const Point at = At(u, v);
  const float alpha = Coverage(figure_.body.Distance(at), pixel_);
  if (alpha <= 0) return {};
  Rgb color = figure_.body.color;
  for (const FigurePart& part : figure_.parts) {
    color = Mix(color, part.color, Coverage(part.Distance(at), pixel_));
  }
  for (const Digit& digit : digits_) {
    const float x = (at.x - digit.center.x) / digit.height + 0.5f;
    const float y = (at.y - digit.center.y) / digit.height + 0.5f;
    if (0 <= x && x <= 1 && 0 <= y && y <= 1) {
      color = Mix(color, digit.color, digit.sampler.At(x, y).a);
    }
  }
  return WithAlpha(color, alpha);
}

}  // namespace edgevlm::train
