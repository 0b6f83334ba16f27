#include "train/scenes/display.h"

#include <array>
#include <cmath>

#include "base/check.h"

namespace edgevlm::train {
namespace {

// Bit i is segment i: top, top right, bottom right, bottom, bottom left, top left, middle.
constexpr std::array<unsigned, 10> kSegmentsOf = {0x3F, 0x06, 0x5B, 0x4F, 0x66,
                                                  0x6D, 0x7D, 0x07, 0x7F, 0x6F};

constexpr float kFar = 1e9f;
constexpr float kBezelWidth = 0.11f;
constexpr float kGlowReach = 0.16f;

// 5 x 7 dots: rows from the top, the leftmost dot in the highest of five bits.
constexpr int kDotColumns = 5;
constexpr int kDotRows = 7;
constexpr std::array<std::array<unsigned, kDotRows>, 10> kDotsOf = {{
    {0x0E, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0E},
    {0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E},
    {0x0E, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1F},
    {0x1F, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0E},
    {0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02},
    {0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E},
    {0x06, 0x08, 0x10, 0x1E, 0x11, 0x11, 0x0E},
    {0x1F, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08},
    {0x0E, 0x11, 0x11, 0x0E, 0x11, 0x11, 0x0E},
    {0x0E, 0x11, 0x11, 0x0F, 0x01, 0x02, 0x0C},
}};

struct Segment {
  float x;  // of its center, relative to the distance between the vertical segments' centers
  float y;  // relative to the distance between the top and bottom segments' centers
  bool horizontal;
};

constexpr std::array<Segment, 7> kSegments = {{{0, -0.5f, true},
                                               {0.5f, -0.25f, false},
                                               {0.5f, 0.25f, false},
                                               {0, 0.5f, true},
                                               {-0.5f, 0.25f, false},
                                               {-0.5f, -0.25f, false},
                                               {0, 0, true}}};

}  // namespace

std::vector<Point> DigitCenters(const Thing& display) {
  CHECK(display.kind == ThingKind::kDisplay);
  const Homography map = FromUnitSquare(display.corners);
  const int digits = static_cast<int>(display.reading.size());
  std::vector<Point> centers;
  for (int i = 0; i < digits; ++i) {
    const float x = kPanelMargin + 0.5f + display.digit_pitch * static_cast<float>(i);
    centers.push_back(map.Map({x / PanelWidth(digits, display.digit_pitch), 0.5f}));
  }
  return centers;
}

DisplayPaint::DisplayPaint(const std::string& digits, float pitch, const DisplayLook& look,
                           float height_ratio, float pixel)
    : look_(look),
      pitch_(pitch),
      width_(PanelWidth(static_cast<int>(digits.size()), pitch)),
      height_(width_ * height_ratio),
      pixel_(pixel) {
  const float digit_pixels = height_ / kPanelHeight / pixel;
  for (const char digit : digits) {
    CHECK('0' <= digit && digit <= '9');
    digits_.push_back(digit - '0');
    if (look.digits != DigitKind::kPrinted) continue;
    const Glyph& glyph = (*look.printed)[static_cast<std::size_t>(digit - '0')];
    samplers_.emplace_back(glyph, glyph.LevelFor(digit_pixels));
  }
}

float DisplayPaint::PanelDistance(float u, float v) const {
  const float x = std::fabs(u - 0.5f) * width_ - (0.5f * width_ - look_.corner);
  const float y = std::fabs(v - 0.5f) * height_ - (0.5f * height_ - look_.corner);
  const float outside_x = std::max(x, 0.0f);
  const float outside_y = std::max(y, 0.0f);
  return std::sqrt(outside_x * outside_x + outside_y * outside_y) + std::min(std::max(x, y), 0.0f) -
         look_.corner;
}

DisplayPaint::Light DisplayPaint::LightAt(std::size_t digit, float x, float y) const {
  const int value = digits_[digit];
  switch (look_.digits) {
    case DigitKind::kSegments:
      return SegmentsAt(kSegmentsOf[static_cast<std::size_t>(value)], x, y);
    case DigitKind::kDots:
      return DotsAt(value, x, y);
    case DigitKind::kPrinted: {
      const float height = height_ / kPanelHeight;
      return {samplers_[digit].At(x / height + 0.5f, y / height + 0.5f).a, 0, kFar};
    }
  }
  CHECK(false);
}

DisplayPaint::Light DisplayPaint::DotsAt(int digit, float x, float y) const {
  const float step_x = 1.0f / kDotColumns;
  const float step_y = height_ / kPanelHeight / kDotRows;
  const float column = std::floor(x / step_x + 0.5f * kDotColumns);
  const float row = std::floor(y / step_y + 0.5f * kDotRows);
  if (column < 0 || column >= kDotColumns || row < 0 || row >= kDotRows) return {0, 0, kFar};
  const float dx = x - (column + 0.5f - 0.5f * kDotColumns) * step_x;
  const float dy = y - (row + 0.5f - 0.5f * kDotRows) * step_y;
  // Thick segments and large dots go together.
  const float radius = std::min(step_x, step_y) * (0.26f + look_.thickness);
  const float distance = std::sqrt(dx * dx + dy * dy) - radius;
  const unsigned bits = kDotsOf[static_cast<std::size_t>(digit)][static_cast<std::size_t>(row)];
  const bool lit = (bits >> (kDotColumns - 1 - static_cast<int>(column)) & 1) != 0;
  const float coverage = Coverage(distance, pixel_);
  return {lit ? coverage : 0, lit ? 0 : coverage, lit ? distance : kFar};
}

DisplayPaint::Light DisplayPaint::SegmentsAt(unsigned lit_segments, float x, float y) const {
  const float half = 0.5f * look_.thickness;
  const float span_x = 1 - look_.thickness;  // between segment centers
  const float span_y = height_ / kPanelHeight - look_.thickness;
  const float gap = 0.035f;
  float nearest_lit = kFar, nearest_unlit = kFar;
  for (std::size_t i = 0; i < kSegments.size(); ++i) {
    const Segment& segment = kSegments[i];
    const float dx = std::fabs(x - segment.x * span_x);
    const float dy = std::fabs(y - segment.y * span_y);
    const float along = segment.horizontal ? dx : dy;
    const float across = segment.horizontal ? dy : dx;
    const float length = 0.5f * (segment.horizontal ? span_x : 0.5f * span_y) - gap;
    // A bar with pointed ends: a rectangle cut by diagonals.
    const float distance = std::max(across - half, (along + across - length) * 0.7071f);
    float& kept = (lit_segments >> i & 1) != 0 ? nearest_lit : nearest_unlit;
    kept = std::min(kept, distance);
  }
  return {Coverage(nearest_lit, pixel_), Coverage(nearest_unlit, pixel_), nearest_lit};
}

Rgba DisplayPaint::operator()(float u, float v) const {
  const float panel_distance = PanelDistance(u, v);
  const float alpha = Coverage(panel_distance, pixel_);
  if (alpha <= 0) return {};
  Rgb color = Mix(look_.bezel, look_.panel, Coverage(panel_distance + kBezelWidth, pixel_));
  const float y = (v - 0.5f) * height_;
  const float x = u * width_ + look_.slant * y - kPanelMargin;
  const float cell = std::floor((x - 0.5f) / pitch_ + 0.5f);
  const int digit = std::clamp(static_cast<int>(cell), 0, static_cast<int>(digits_.size()) - 1);
  const float from_center = x - 0.5f - pitch_ * static_cast<float>(digit);
  if (std::fabs(y) < 0.5f * height_ / kPanelHeight + kGlowReach &&
      std::fabs(from_center) < 0.5f + kGlowReach) {
    const Light light = LightAt(static_cast<std::size_t>(digit), from_center, y);
    color = Mix(color, look_.lit, look_.unlit * light.unlit);
    const float halo = std::max(0.0f, 1 - std::max(light.distance, 0.0f) / kGlowReach);
    color = Mix(color, look_.lit, look_.glow * halo * halo);
    color = Mix(color, look_.lit, light.lit);
  }
  return WithAlpha(color, alpha);
}

}  // namespace edgevlm::train
