#include "train/scenes/glyph.h"

#include <algorithm>
#include <cmath>

namespace edgevlm::train {
namespace {

constexpr int kChannels = 4;

struct Bounds {
  int left, top, right, bottom;  // right and bottom are one past the end
};

std::uint8_t* Texel(Glyph::Level& level, int x, int y) {
  const std::size_t row = static_cast<std::size_t>(level.width) + 2;
  return level.texels.data() +
         (static_cast<std::size_t>(y + 1) * row + static_cast<std::size_t>(x + 1)) * kChannels;
}

Glyph::Level EmptyLevel(int width, int height) {
  Glyph::Level level{width, height, {}};
  level.texels.resize((static_cast<std::size_t>(width) + 2) *
                      (static_cast<std::size_t>(height) + 2) * kChannels);
  return level;
}

const unsigned char* SourceTexel(const BgraBitmap& bitmap, int x, int y) {
  return bitmap.pixels + y * bitmap.row + x * kChannels;
}

Bounds OpaqueBounds(const BgraBitmap& bitmap) {
  Bounds bounds{bitmap.width, bitmap.height, 0, 0};
  for (int y = 0; y < bitmap.height; ++y) {
    for (int x = 0; x < bitmap.width; ++x) {
      if (SourceTexel(bitmap, x, y)[3] < 24) continue;
      bounds.left = std::min(bounds.left, x);
      bounds.right = std::max(bounds.right, x + 1);
      bounds.top = std::min(bounds.top, y);
      bounds.bottom = std::max(bounds.bottom, y + 1);
    }
  }
  return bounds;
}

// BGRA to RGBA.
Glyph::Level Crop(const BgraBitmap& bitmap, const Bounds& bounds) {
  Glyph::Level level = EmptyLevel(bounds.right - bounds.left, bounds.bottom - bounds.top);
  for (int y = 0; y < level.height; ++y) {
    for (int x = 0; x < level.width; ++x) {
      const unsigned char* from = SourceTexel(bitmap, bounds.left + x, bounds.top + y);
      std::uint8_t* to = Texel(level, x, y);
      to[0] = from[2], to[1] = from[1], to[2] = from[0], to[3] = from[3];
    }
  }
  return level;
}

Glyph::Level Halve(Glyph::Level& from) {
  Glyph::Level to = EmptyLevel((from.width + 1) / 2, (from.height + 1) / 2);
  for (int y = 0; y < to.height; ++y) {
    for (int x = 0; x < to.width; ++x) {
      // With an odd size the last pair includes the transparent border, as intended.
      const std::uint8_t* top = Texel(from, 2 * x, 2 * y);
      const std::uint8_t* bottom = Texel(from, 2 * x, 2 * y + 1);
      for (int c = 0; c < kChannels; ++c) {
        const int sum = top[c] + top[c + kChannels] + bottom[c] + bottom[c + kChannels];
        Texel(to, x, y)[c] = static_cast<std::uint8_t>((sum + 2) / 4);
      }
    }
  }
  return to;
}

Rgb MeanOf(Glyph::Level& level) {
  double sums[kChannels] = {};
  for (int y = 0; y < level.height; ++y) {
    for (int x = 0; x < level.width; ++x) {
      for (int c = 0; c < kChannels; ++c) sums[c] += Texel(level, x, y)[c];
    }
  }
  const double scale = 255 / std::max(sums[3], 1.0);
  return {static_cast<float>(sums[0] * scale), static_cast<float>(sums[1] * scale),
          static_cast<float>(sums[2] * scale)};
}

}  // namespace

std::optional<Glyph> MakeGlyph(const BgraBitmap& bitmap) {
  const Bounds bounds = OpaqueBounds(bitmap);
  if (bounds.right <= bounds.left) return std::nullopt;
  Glyph glyph;
  glyph.levels.push_back(Crop(bitmap, bounds));
  glyph.mean = MeanOf(glyph.levels[0]);
  while (std::max(glyph.levels.back().width, glyph.levels.back().height) > 8) {
    glyph.levels.push_back(Halve(glyph.levels.back()));
  }
  return glyph;
}

GlyphSampler::GlyphSampler(const Glyph& glyph, int level) {
  const Glyph::Level& base = glyph.levels[0];
  const Glyph::Level& from = glyph.levels[static_cast<std::size_t>(level)];
  const float mip_scale = 1.0f / static_cast<float>(1 << level);
  texels_ = from.texels.data();
  row_ = (static_cast<std::ptrdiff_t>(from.width) + 2) * kChannels;
  scale_ = static_cast<float>(std::max(base.width, base.height)) * mip_scale;
  // Plus the border texel, minus half a texel: whole numbers are texel centers.
  origin_ = {0.5f * (static_cast<float>(base.width) * mip_scale - scale_) + 0.5f,
             0.5f * (static_cast<float>(base.height) * mip_scale - scale_) + 0.5f};
  end_ = {static_cast<float>(from.width) + 1, static_cast<float>(from.height) + 1};
}

Rgba GlyphSampler::At(float u, float v) const {
  const float x = u * scale_ + origin_.x;
  const float y = v * scale_ + origin_.y;
  if (!(x >= 0 && y >= 0 && x < end_.x && y < end_.y)) return {};
  const int left = static_cast<int>(x);
  const int top = static_cast<int>(y);
  const float right_fraction = x - static_cast<float>(left);
  const float bottom_fraction = y - static_cast<float>(top);
  const std::uint8_t* upper = texels_ + top * row_ + left * kChannels;
  const std::uint8_t* lower = upper + row_;
  if ((upper[3] | upper[7] | lower[3] | lower[7]) == 0) return {};
  float blended[kChannels];
  for (int c = 0; c < kChannels; ++c) {
    const float above = static_cast<float>(upper[c]) * (1 - right_fraction) +
                        static_cast<float>(upper[c + kChannels]) * right_fraction;
    const float below = static_cast<float>(lower[c]) * (1 - right_fraction) +
                        static_cast<float>(lower[c + kChannels]) * right_fraction;
    blended[c] = above * (1 - bottom_fraction) + below * bottom_fraction;
  }
  return {blended[0], blended[1], blended[2], blended[3] / 255};
}

int Glyph::LevelFor(float drawn_size) const {
  const float side = static_cast<float>(std::max(levels[0].width, levels[0].height));
  const int level = static_cast<int>(std::lround(std::log2(side / std::max(drawn_size, 1.0f))));
  return std::clamp(level, 0, static_cast<int>(levels.size()) - 1);
}

}  // namespace edgevlm::train
