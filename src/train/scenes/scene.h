// Scene: the description of a training image, from which its drawing, texts and grid targets are
// generated.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace edgevlm::train {

inline constexpr int kMaxDigits = 4;  // of a display

enum class ThingKind { kEmoji, kShape, kDisplay, kInstrument };

// In the order of kColorNames.
enum class Color { kRed, kOrange, kYellow, kGreen, kBlue, kPurple, kPink, kBrown, kBlack, kWhite };
inline constexpr std::array<const char*, 10> kColorNames = {
    "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white"};
inline const char* NameOf(Color color) { return kColorNames[static_cast<std::size_t>(color)]; }

// A point of the image; x to the right and y down, both in [0, 1] of its width and height.
struct Point {
  float x = 0;
  float y = 0;
};

// One thing in a scene.
struct Thing {
  ThingKind kind = ThingKind::kEmoji;
  int name = 0;  // index into ThingNames() (things.h)
  // Of a shape, a display's lit segments, a chart's bars or a traffic light's lamp; else unused.
  Color color = Color::kRed;
  // "427" for a display that reads 4 2 7; of instruments see instruments.h; empty otherwise.
  std::string reading;
  // The corners of its box after rotation and perspective, in the thing's own orientation: top
  // left, top right, bottom right, bottom left. All inside the image.
  std::array<Point, 4> corners;
  float digit_pitch = 1.3f;  // of a display: between the centers of its digits, in digit widths

  Point Center() const {
    Point sum;
    for (const Point& corner : corners) {
      sum.x += corner.x / 4;
      sum.y += corner.y / 4;
    }
    return sum;
  }
};

// REQUIRES: at most 5 things; no thing's center lies inside another thing's box.
struct Scene {
  std::vector<Thing> things;
  int width = 0;  // of the image, in pixels
  int height = 0;
  // Emoji of another style (glyphs.h), and displays, backgrounds and cameras of more kinds. Scenes
  // without this are drawn as the first built-in model saw them, so old test sets stay the same.
  bool varied = false;
  int style = 0;  // of the emoji
  // Emoji in any hue and saturation, bent and with rims: what they are then shows in their outlines
  // alone, which new styles share (Tobin et al. 2017, "Domain randomization").
  bool stylized = false;
  bool nameless_colors = false;  // the shapes' colors have no name, so the scene has no texts
  std::uint64_t seed = 0;        // of the drawing (background, light, noise)
};

}  // namespace edgevlm::train
