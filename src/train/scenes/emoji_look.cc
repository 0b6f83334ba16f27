#include "train/scenes/emoji_look.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "train/scenes/random.h"

namespace edgevlm::train {
namespace {

constexpr float kPi = std::numbers::pi_v<float>;

// About the middle of the box.
float Stretched(float at, float factor) {
  return factor == 1 ? at : (at - 0.5f) * factor + 0.5f;  // exact without stretching
}

Bend AnyBend(std::mt19937_64& rng) {
  Bend bend;
  bend.wave_u = Uniform(rng, -0.05f, 0.05f);
  bend.wave_v = Uniform(rng, -0.05f, 0.05f);
  bend.phase_u = Uniform(rng, 0, 2 * kPi);
  bend.phase_v = Uniform(rng, 0, 2 * kPi);
  bend.center = {Uniform(rng, 0.2f, 0.8f), Uniform(rng, 0.2f, 0.8f)};
  bend.shrink = Uniform(rng, -0.4f, 0.4f);
  return bend;
}

// Any hue, any saturation, and a tint.
ColorMatrix AnyColors(std::mt19937_64& rng) {
  const bool any_hue = Bernoulli(rng, 0.4f);
  const float degrees = any_hue ? Uniform(rng, -180, 180) : Uniform(rng, -25, 25);
  const float saturation = Bernoulli(rng, 0.1f) ? 0 : Uniform(rng, 0.4f, 1.5f);
  ColorMatrix colors = HueAndSaturation(degrees, saturation);
  for (std::size_t row = 0; row < 9; row += 3) {
    const float tint = Uniform(rng, 0.75f, 1.25f);
    for (std::size_t column = 0; column < 3; ++column) colors[row + column] *= tint;
  }
  return colors;
}

void Stylize(EmojiLook& look, std::mt19937_64& rng) {
  look.stylized = true;
  if (Bernoulli(rng, 0.75f)) look.colors = AnyColors(rng);
  look.stretch_u = Uniform(rng, 1, 1.3f);
  look.stretch_v = Uniform(rng, 1, 1.3f);
  if (Bernoulli(rng, 0.7f)) look.bend = AnyBend(rng);
  if (Bernoulli(rng, 0.25f)) {
    look.rim = FromHsv(Uniform(rng, 0, 360), Uniform(rng, 0, 0.4f),
                       Bernoulli(rng, 0.5f) ? Uniform(rng, 0, 0.25f) : Uniform(rng, 0.85f, 1));
    look.stretch_u = std::max(look.stretch_u, 1.08f);  // room for it
    look.stretch_v = std::max(look.stretch_v, 1.08f);
  }
}

Rgba Recolored(const Rgba& texel, const EmojiLook& look) {
  if (!look.colors) {
    return {texel.r * look.brightness, texel.g * look.brightness, texel.b * look.brightness,
            texel.a};
  }
  const auto channel = [&, &m = *look.colors](std::size_t row) {
    const float mixed = m[row] * texel.r + m[row + 1] * texel.g + m[row + 2] * texel.b;
    return std::clamp(mixed, 0.0f, 255 * texel.a) * look.brightness;
  };
  return {channel(0), channel(3), channel(6), texel.a};
}

// A coarse mip level: its opacity falls slowly across an edge.
int BlurredLevel(const Glyph& glyph, int level) {
  return std::min(level + 2, static_cast<int>(glyph.levels.size()) - 1);
}

}  // namespace

Point Bend::operator()(float u, float v) const {
  const Point waved = {u + wave_u * std::sin(2 * kPi * v + phase_u),
                       v + wave_v * std::sin(2 * kPi * u + phase_v)};
  const float x = waved.x - center.x, y = waved.y - center.y;
  constexpr float kPart = 0.08f;  // the square of the part's size
  const float factor = 1 + shrink * std::exp(-(x * x + y * y) / kPart);
  return {center.x + x * factor, center.y + y * factor};
}

Rgb EmojiLook::Mean() const {
  const Rgba mean = Recolored(WithAlpha(glyph->mean, 1), *this);
  return {mean.r, mean.g, mean.b};
}

EmojiLook AnyEmojiLook(const Glyph& glyph, const Scene& scene, std::mt19937_64& rng) {
  EmojiLook look{&glyph, Bernoulli(rng, 0.3f), Uniform(rng, 0.88f, 1)};
  if (scene.stylized) {
    Stylize(look, rng);
    return look;
  }
  if (!scene.varied || Bernoulli(rng, 0.3f)) return look;
  look.colors = HueAndSaturation(Uniform(rng, -14, 14), Uniform(rng, 0.65f, 1.3f));
  float& stretch = Bernoulli(rng, 0.5f) ? look.stretch_u : look.stretch_v;
  stretch = Uniform(rng, 1, 1.22f);
  return look;
}

EmojiPaint::EmojiPaint(const EmojiLook& look, float width)
    : look_(look),
      sampler_(*look.glyph, look.glyph->LevelFor(width)),
      blurred_(*look.glyph, BlurredLevel(*look.glyph, look.glyph->LevelFor(width))) {}

Point EmojiPaint::Place(float u, float v) const {
  const Point at = {Stretched(look_.mirrored ? 1 - u : u, look_.stretch_u),
                    Stretched(v, look_.stretch_v)};
  return look_.bend ? (*look_.bend)(at.x, at.y) : at;
}

Rgba EmojiPaint::operator()(float u, float v) const {
  const Point at = Place(u, v);
  const Rgba inside = Recolored(sampler_.At(at.x, at.y), look_);
  if (!look_.rim || inside.a >= 1) return inside;
  const float near = std::clamp(blurred_.At(at.x, at.y).a * 6 - 0.5f, 0.0f, 1.0f);
  const Rgba rim = WithAlpha(*look_.rim, near * (1 - inside.a));
  return {inside.r + rim.r, inside.g + rim.g, inside.b + rim.b, inside.a + rim.a};
}

float EmojiPaint::Distance(float u, float v, float softness) const {
  const Point at = Place(u, v);
  return (0.5f - blurred_.At(at.x, at.y).a) * softness;
}

}  // namespace edgevlm::train
