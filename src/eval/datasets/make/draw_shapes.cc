#include "eval/datasets/make/draw_shapes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "base/check.h"

namespace edgevlm {
namespace {

struct Rectangle {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;
};

// A star of five points with an inner radius of 0.45: inside, if the point lies on the center's
// side of the edge in its sector.
bool InStar(double x, double y) {
  constexpr double kSector = 2 * std::numbers::pi / 5;
  constexpr double kInner = 0.45;
  const double angle = std::atan2(x, -y);  // from the upper point, clockwise
  const double folded = std::abs(angle - kSector * std::round(angle / kSector));
  const double radius = std::hypot(x, y);
  // The edge from (1, 0) to the inner point at half a sector.
  const double end_x = kInner * std::cos(kSector / 2);
  const double end_y = kInner * std::sin(kSector / 2);
  const double px = radius * std::cos(folded);
  const double py = radius * std::sin(folded);
  return (end_x - 1) * py - end_y * (px - 1) >= 0;
}

// Whether a point is in the shape of radius 1 around (0, 0); y grows downwards.
bool InShape(ShapeKind kind, double x, double y) {
  const double squared = x * x + y * y;
  switch (kind) {
    case ShapeKind::kCircle:
      return squared <= 1;
    case ShapeKind::kSquare:
      return std::max(std::abs(x), std::abs(y)) <= 0.8;
    case ShapeKind::kTriangle:
      return y <= 0.75 && std::abs(x) * 1.75 <= (y + 1) * 0.95;
    case ShapeKind::kRing:
      return squared <= 1 && squared >= 0.36;
    case ShapeKind::kCross:
      return std::min(std::abs(x), std::abs(y)) <= 0.28 &&
             std::max(std::abs(x), std::abs(y)) <= 0.95;
    case ShapeKind::kStar:
      return InStar(x, y);
    case ShapeKind::kDiamond:
      return std::abs(x) * 1.3 + std::abs(y) <= 1;
  }
  return false;
}

// Blends `color` into the pixels of the rectangle by the share of 4 x 4 points in them that are
// inside.
template <class IsInside>
void Fill(const Rectangle& area, Color color, const IsInside& is_inside, Image& image) {
  constexpr int kPoints = 4;
  const int left = std::max(0, static_cast<int>(std::floor(area.left)));
  const int right = std::min(image.width, static_cast<int>(std::ceil(area.right)));
  const int top = std::max(0, static_cast<int>(std::floor(area.top)));
  const int bottom = std::min(image.height, static_cast<int>(std::ceil(area.bottom)));
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      int covered = 0;
      for (int i = 0; i < kPoints * kPoints; ++i) {
        const double px = x + (i % kPoints + 0.5) / kPoints;
        const double py = y + (i / kPoints + 0.5) / kPoints;
        covered += is_inside(px, py) ? 1 : 0;
      }
      std::uint8_t* pixel = image.Row(y) + std::ptrdiff_t{3} * x;
      for (std::size_t c = 0; c < color.size(); ++c) {
        const int mixed = pixel[c] * (kPoints * kPoints - covered) + color[c] * covered;
        pixel[c] = static_cast<std::uint8_t>(mixed / (kPoints * kPoints));
      }
    }
  }
}

void FillRectangle(const Rectangle& area, Color color, Image& image) {
  Fill(
      area, color,
      [&](double x, double y) {
        return area.left <= x && x < area.right && area.top <= y && y < area.bottom;
      },
      image);
}

// Segments of each digit: top, upper left, upper right, middle, lower left, lower right, bottom.
constexpr std::array<unsigned, 10> kSegments = {0b1110111, 0b0010010, 0b1011101, 0b1011011,
                                                0b0111010, 0b1101011, 0b1101111, 0b1010010,
                                                0b1111111, 0b1111011};

void DrawDigit(int digit, const Rectangle& area, Color color, Image& image) {
  const double stroke = (area.right - area.left) * 0.2;
  const double middle = (area.top + area.bottom - stroke) / 2;
  const std::array<Rectangle, 7> segments = {{
      {area.left, area.top, area.right, area.top + stroke},
      {area.left, area.top, area.left + stroke, middle + stroke},
      {area.right - stroke, area.top, area.right, middle + stroke},
      {area.left, middle, area.right, middle + stroke},
      {area.left, middle, area.left + stroke, area.bottom},
      {area.right - stroke, middle, area.right, area.bottom},
      {area.left, area.bottom - stroke, area.right, area.bottom},
  }};
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool is_on = (kSegments[static_cast<std::size_t>(digit)] >> (6 - i) & 1u) != 0;
    if (is_on) FillRectangle(segments[i], color, image);
  }
}

}  // namespace

void FillImage(Color color, Image& image) {
  for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = color[i % 3];
}

void DrawShape(ShapeKind kind, const ShapePlace& place, Color color, Image& image) {
  const double radius = place.radius;
  const Rectangle area = {place.x - radius, place.y - radius, place.x + radius, place.y + radius};
  Fill(
      area, color,
      [&](double x, double y) {
        return InShape(kind, (x - place.x) / radius, (y - place.y) / radius);
      },
      image);
}

void DrawDisplay(std::string_view digits, double x, double y, double width, Image& image) {
  CHECK(!digits.empty() && digits.size() <= 6);
  constexpr Color kPanel = {24, 28, 36};
  constexpr Color kLit = {120, 255, 120};
  // Each digit is 0.6 of its place wide and twice as high as it is wide.
  const double place = width / (static_cast<double>(digits.size()) + 0.4);
  const double digit_width = 0.6 * place;
  const double height = 2 * digit_width + 0.6 * place;
  const Rectangle panel = {x - width / 2, y - height / 2, x + width / 2, y + height / 2};
  FillRectangle(panel, kPanel, image);
  double left = panel.left + 0.4 * place;
  for (const char c : digits) {
    CHECK('0' <= c && c <= '9');
    DrawDigit(c - '0', {left, y - digit_width, left + digit_width, y + digit_width}, kLit, image);
    left += place;
  }
}

}  // namespace edgevlm
