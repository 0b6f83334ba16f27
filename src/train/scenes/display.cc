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
  const int digits = static_cast<int>(display.digits.size());
  std::vector<Point> centers;
  for (int i = 0; i < digits; ++i) {
    const float x = kPanelMargin + 0.5f + kDigitPitch * static_cast<float>(i);
    centers.push_back(map.Map({x / PanelWidth(digits), 0.5f}));
  }
  return centers;
}

DisplayPaint::DisplayPaint(const std::string& digits, const DisplayLook& look, float height_ratio,
                           float pixel)
    : look_(look),
      width_(PanelWidth(static_cast<int>(digits.size()))),
      height_(width_ * height_ratio),
      pixel_(pixel) {
  for (const char digit : digits) {
    CHECK('0' <= digit && digit <= '9');
    lit_segments_.push_back(kSegmentsOf[static_cast<std::size_t>(digit - '0')]);
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

DisplayPaint::SegmentDistances DisplayPaint::Distances(unsigned lit_segments, float x,
                                                       float y) const {
  const float half = 0.5f * look_.thickness;
  const float span_x = 1 - look_.thickness;  // between segment centers
  const float span_y = height_ / kPanelHeight - look_.thickness;
  const float gap = 0.035f;
  SegmentDistances nearest{kFar, kFar};
  for (std::size_t i = 0; i < kSegments.size(); ++i) {
    const Segment& segment = kSegments[i];
    const float dx = std::fabs(x - segment.x * span_x);
    const float dy = std::fabs(y - segment.y * span_y);
    const float along = segment.horizontal ? dx : dy;
    const float across = segment.horizontal ? dy : dx;
    const float length = 0.5f * (segment.horizontal ? span_x : 0.5f * span_y) - gap;
    // A bar with pointed ends: a rectangle cut by diagonals.
    const float distance = std::max(across - half, (along + across - length) * 0.7071f);
    float& kept = (lit_segments >> i & 1) != 0 ? nearest.lit : nearest.unlit;
    kept = std::min(kept, distance);
  }
  return nearest;
}

Rgba DisplayPaint::operator()(float u, float v) const {
  const float panel_distance = PanelDistance(u, v);
  const float alpha = Coverage(panel_distance, pixel_);
  if (alpha <= 0) return {};
  Rgb color = Mix(look_.bezel, look_.panel, Coverage(panel_distance + kBezelWidth, pixel_));
  const float y = (v - 0.5f) * height_;
  const float x = u * width_ + look_.slant * y - kPanelMargin;
  const float cell = std::floor((x - 0.5f) / kDigitPitch + 0.5f);
  const int digit =
      std::clamp(static_cast<int>(cell), 0, static_cast<int>(lit_segments_.size()) - 1);
  const float from_center = x - 0.5f - kDigitPitch * static_cast<float>(digit);
  if (std::fabs(y) < 0.5f * height_ / kPanelHeight + kGlowReach &&
      std::fabs(from_center) < 0.5f + kGlowReach) {
    const SegmentDistances distances =
        Distances(lit_segments_[static_cast<std::size_t>(digit)], from_center, y);
    color = Mix(color, look_.lit, look_.unlit * Coverage(distances.unlit, pixel_));
    const float halo = std::max(0.0f, 1 - std::max(distances.lit, 0.0f) / kGlowReach);
    color = Mix(color, look_.lit, look_.glow * halo * halo);
    color = Mix(color, look_.lit, Coverage(distances.lit, pixel_));
  }
  return WithAlpha(color, alpha);
}

}  // namespace edgevlm::train
