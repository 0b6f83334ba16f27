// The color bitmaps of every emoji in ThingNames(), loaded once, ready to be drawn at any size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "train/scenes/canvas.h"

namespace edgevlm::train {

// One glyph, cropped to what is not transparent. Level k holds averages of 2^k x 2^k texels of
// level 0.
struct Glyph {
  // RGBA, premultiplied, [height + 2, width + 2, 4]: one transparent texel all around, so that
  // interpolation needs no bounds checks.
  struct Level {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> texels;
  };
  std::vector<Level> levels;
  Rgb mean;  // color of its opaque part

  // The level whose texels are about as large as the pixels of a drawing this wide (in pixels).
  int LevelFor(float drawn_size) const;
};

// Reads one level of a glyph. The glyph must outlive it.
class GlyphSampler {
 public:
  GlyphSampler(const Glyph& glyph, int level);

  // u, v: in the unit square, in which the glyph is centered and as large as fits; outside it is
  // transparent. Bilinear between texels.
  Rgba At(float u, float v) const;

 private:
  const std::uint8_t* texels_;
  std::ptrdiff_t row_;  // bytes
  float scale_;         // texels per unit
  Point origin_;        // texel coordinates of (u, v) = (0, 0)
  Point end_;           // where the transparent border ends
};

// Threads: const and shared freely after loading. About 16 MB.
class Glyphs {
 public:
  // Errors: kNotFound (no such font, or it lacks a glyph), kUnsupported (the glyph is no color
  // bitmap).
  static Result<Glyphs> Load(const std::string& font_path);

  // name: index of an emoji in ThingNames().
  const Glyph& Of(int name) const;

 private:
  std::vector<Glyph> glyphs_;
};

}  // namespace edgevlm::train
