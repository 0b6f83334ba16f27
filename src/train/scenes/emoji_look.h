// How one emoji of a scene is drawn: its glyph, colors and bends.
#pragma once

#include <optional>
#include <random>

#include "train/scenes/canvas.h"
#include "train/scenes/colors.h"
#include "train/scenes/glyph.h"
#include "train/scenes/scene.h"

namespace edgevlm::train {

// A smooth map of the unit square that keeps every part next to its neighbors: a wave along each
// axis, and a part that is drawn larger or smaller. A head may become larger than its body.
struct Bend {
  float wave_u = 0;  // amplitudes, of the box
  float wave_v = 0;
  float phase_u = 0;  // radians
  float phase_v = 0;
  Point center;      // of the part
  float shrink = 0;  // in [-0.4, 0.4]: below 0 the part is larger

  Point operator()(float u, float v) const;
};

struct EmojiLook {
  const Glyph* glyph = nullptr;
  bool mirrored = false;
  float brightness = 1;
  // Of varied scenes: no two sets of emoji have the same hues and proportions.
  std::optional<ColorMatrix> colors = {};
  float stretch_u = 1;  // at least 1: how much of the box's width the glyph leaves free
  float stretch_v = 1;
  bool stylized = false;  // of a stylized scene, only which have these:
  std::optional<Bend> bend = {};
  std::optional<Rgb> rim = {};  // like the white edge of a sticker

  // The mean color of what is drawn.
  Rgb Mean() const;
};

// scene: says how far the look may be from the glyph (Scene::varied, Scene::stylized).
EmojiLook AnyEmojiLook(const Glyph& glyph, const Scene& scene, std::mt19937_64& rng);

// Samples an emoji. The look must outlive it.
class EmojiPaint {
 public:
  // width: of the emoji's box, in pixels.
  EmojiPaint(const EmojiLook& look, float width);

  Rgba operator()(float u, float v) const;

  // To the emoji's edge for a shadow of this softness, both relative to the box; negative inside.
  float Distance(float u, float v, float softness) const;

 private:
  Point Place(float u, float v) const;

  const EmojiLook& look_;
  GlyphSampler sampler_;
  GlyphSampler blurred_;  // a coarser mip level, whose opacity tells how near the edge is
};

}  // namespace edgevlm::train
