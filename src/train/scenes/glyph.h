// Glyph: a color bitmap with mip levels, for drawing at any size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "train/scenes/canvas.h"

namespace edgevlm::train {

// One glyph, cropped to its visible part. Mip level k averages 2^k x 2^k texels of level 0.
struct Glyph {
  // RGBA, premultiplied, [height + 2, width + 2, 4]: a border of one transparent texel, so that
  // interpolation needs no bounds checks.
  struct Level {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> texels;
  };
  std::vector<Level> levels;
  Rgb mean;  // mean color of the opaque part

  // The mip level whose texels are about as large as pixels if the glyph is drawn this wide
  // (pixels).
  int LevelFor(float drawn_size) const;
};

// Samples one mip level of a glyph. The glyph must outlive it.
class GlyphSampler {
 public:
  GlyphSampler(const Glyph& glyph, int level);

  // Bilinear interpolation. The glyph is centered in the unit square of (u, v) and fills it as far
  // as its aspect ratio allows; outside it is transparent.
  Rgba At(float u, float v) const;

 private:
  const std::uint8_t* texels_;
  std::ptrdiff_t row_;  // bytes
  float scale_;         // texels per unit
  Point origin_;        // texel coordinates of (u, v) = (0, 0)
  Point end_;           // end of the transparent border
};

// BGRA, premultiplied, as FreeType and Cairo draw it.
struct BgraBitmap {
  const unsigned char* pixels = nullptr;
  int width = 0;
  int height = 0;
  std::ptrdiff_t row = 0;  // bytes
};

// Crops the bitmap to its visible part; none if nothing is visible.
std::optional<Glyph> MakeGlyph(const BgraBitmap& bitmap);

}  // namespace edgevlm::train
