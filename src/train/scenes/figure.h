// Figure: a drawing made of simple parts, and its painting.
//
// Lengths are in halves of the figure's width: x lies in [-1, 1], y in [-height_ratio,
// height_ratio], down.
#pragma once

#include <string>
#include <vector>

#include "train/scenes/canvas.h"
#include "train/scenes/glyphs.h"
#include "train/scenes/scene.h"

namespace edgevlm::train {

// A stroke with round ends, a disc (from == to), or a box with round corners.
struct FigurePart {
  enum class Form { kStroke, kBox };

  Form form = Form::kStroke;
  Point from;        // of a box: its top left corner
  Point to;          // of a box: its bottom right corner
  float radius = 0;  // half of a stroke's width; of a box: of its corners
  Rgb color;

  // Negative inside.
  float Distance(Point at) const;
};

// A number, centered at a point.
struct NumberLabel {
  std::string digits;
  Point center;
  float height = 0;  // of its digits
  Rgb color;
};

struct Figure {
  float height_ratio = 1;              // height / width
  FigurePart body = {};                // what lies outside of it is not drawn
  std::vector<FigurePart> parts = {};  // later ones over earlier ones
  std::vector<NumberLabel> labels = {};
  const DigitGlyphs* font = nullptr;  // of the labels, unless there are none; must outlive it
};

// The figure must outlive it.
class FigurePaint {
 public:
  // width: of the figure, in pixels.
  FigurePaint(const Figure& figure, float width);

  Rgba operator()(float u, float v) const;

  // Signed distance to the body's edge, relative to the figure's width.
  float Distance(float u, float v) const { return 0.5f * figure_.body.Distance(At(u, v)); }

 private:
  // A digit of a label.
  struct Digit {
    GlyphSampler sampler;
    Point center;
    float height;
    Rgb color;
  };

  Point At(float u, float v) const { return {2 * u - 1, (2 * v - 1) * figure_.height_ratio}; }

  const Figure& figure_;
  float pixel_;
  std::vector<Digit> digits_;
};

}  // namespace edgevlm::train
