// Displays: the positions of digits, and painting.
//
// Lengths are in digit widths. A panel is PanelWidth() wide; its height follows from the thing's
// box, and a digit is 1 / kPanelHeight of it high.
#pragma once

#include <string>
#include <vector>

#include "train/scenes/canvas.h"
#include "train/scenes/glyphs.h"
#include "train/scenes/scene.h"

namespace edgevlm::train {

inline constexpr float kPanelMargin = 0.45f;  // left of the first digit and right of the last
inline constexpr float kPanelHeight = 1.56f;  // of the panel, in digit heights

// pitch: between the centers of neighboring digits.
constexpr float PanelWidth(int digits, float pitch) {
  return pitch * static_cast<float>(digits - 1) + 1 + 2 * kPanelMargin;
}

// In image coordinates, in reading order: the centers of the digits' cells, even for digits (1, 7)
// that fill only one side of their cell. REQUIRES: display.kind is kDisplay.
std::vector<Point> DigitCenters(const Thing& display);

enum class DigitKind { kSegments, kDots, kPrinted };

struct DisplayLook {
  DigitKind digits = DigitKind::kSegments;
  const DigitGlyphs* printed = nullptr;  // of kPrinted; must outlive the look
  Rgb lit;
  Rgb panel;
  Rgb bezel;
  float unlit = 0;      // visibility of unlit segments against the panel, in [0, 1]
  float thickness = 0;  // of a segment, in digit widths
  float slant = 0;      // shift to the right per height
  float glow = 0;       // of lit segments onto the panel, in [0, 1]
  float corner = 0;     // radius of the panel's corners, in digit widths
};

class DisplayPaint {
 public:
  // height_ratio: the panel's height / width. pixel: a pixel's size in digit widths.
  DisplayPaint(const std::string& digits, float pitch, const DisplayLook& look, float height_ratio,
               float pixel);

  Rgba operator()(float u, float v) const;

  // Signed distance to the panel's edge, negative inside. In digit widths.
  float PanelDistance(float u, float v) const;

 private:
  // What a digit looks like at a point.
  struct Light {
    float lit;       // fraction of the pixel that lit parts cover
    float unlit;     // the same of unlit parts
    float distance;  // to the nearest lit part
  };
  // Of the digit (an index) at (x, y), which is relative to its center.
  Light LightAt(std::size_t digit, float x, float y) const;
  Light SegmentsAt(unsigned lit_segments, float x, float y) const;
  Light DotsAt(int digit, float x, float y) const;

  DisplayLook look_;
  std::vector<int> digits_;
  std::vector<GlyphSampler> samplers_;  // of each digit, if they are printed
  float pitch_;                         // as in PanelWidth()
  float width_;                         // of the panel
  float height_;
  float pixel_;
};

}  // namespace edgevlm::train
