#include "train/scenes/emoji_look.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace edgevlm::train {
namespace {

constexpr int kSide = 64;

// A disc that fills its square.
Glyph Disc(Rgb color) {
  std::vector<unsigned char> bgra(4 * kSide * kSide, 0);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      unsigned char* at = bgra.data() + 4 * (y * kSide + x);
      if (std::hypot(x - kSide / 2 + 0.5, y - kSide / 2 + 0.5) > kSide / 2) continue;
      at[0] = static_cast<unsigned char>(color.b), at[1] = static_cast<unsigned char>(color.g);
      at[2] = static_cast<unsigned char>(color.r), at[3] = 255;
    }
  }
  return *MakeGlyph({bgra.data(), kSide, kSide, 4 * kSide});
}

Scene Varied(bool stylized) {
  Scene scene;
  scene.varied = true;
  scene.stylized = stylized;
  return scene;
}

// No part may be turned inside out: the determinant of the derivatives stays above 0. Of looks that
// may be chosen, and of the strongest.
TEST(EmojiLook, BendsFoldNothing) {
  const Glyph disc = Disc({200, 0, 0});
  std::mt19937_64 rng(5);
  std::vector<Bend> bends = {{.center = {0.5f, 0.5f}, .shrink = -0.4f},
                             {.center = {0.2f, 0.8f}, .shrink = 0.4f}};
  while (bends.size() < 200) {
    const EmojiLook look = AnyEmojiLook(disc, Varied(true), rng);
    if (look.bend) bends.push_back(*look.bend);
  }
  constexpr float kStep = 1e-3f;
  for (const Bend& bend : bends) {
    for (float v = 0; v <= 1; v += 0.05f) {
      for (float u = 0; u <= 1; u += 0.05f) {
        const Point at = bend(u, v), right = bend(u + kStep, v), below = bend(u, v + kStep);
        const float area =
            (right.x - at.x) * (below.y - at.y) - (below.x - at.x) * (right.y - at.y);
        ASSERT_GT(area, 0.1f * kStep * kStep) << u << " " << v << " shrink " << bend.shrink;
      }
    }
  }
}

TEST(EmojiLook, OnlyStylizedScenesAreBentAndChangeTheirHue) {
  const Glyph disc = Disc({200, 0, 0});
  std::mt19937_64 rng(6);
  int bent = 0, rims = 0, not_red = 0;
  for (int i = 0; i < 300; ++i) {
    const EmojiLook natural = AnyEmojiLook(disc, Varied(false), rng);
    EXPECT_FALSE(natural.bend || natural.rim || natural.stylized);
    const Rgb mean = natural.Mean();
    EXPECT_GT(mean.r, 2 * std::max(mean.g, mean.b));
    const EmojiLook look = AnyEmojiLook(disc, Varied(true), rng);
    bent += look.bend.has_value();
    rims += look.rim.has_value();
    not_red += look.Mean().r < std::max(look.Mean().g, look.Mean().b);
  }
  EXPECT_GT(bent, 150);
  EXPECT_GT(rims, 40);
  EXPECT_GT(not_red, 40);
}

TEST(EmojiLook, ARimSurroundsTheGlyph) {
  const Glyph disc = Disc({200, 0, 0});
  EmojiLook look{.glyph = &disc, .stretch_u = 1.5f, .stretch_v = 1.5f};
  look.rim = Rgb{0, 0, 255};
  const EmojiPaint paint(look, 3 * kSide / 2);
  const Rgba middle = paint(0.5f, 0.5f);
  EXPECT_EQ(middle.a, 1);
  EXPECT_NEAR(middle.r, 200, 1);
  EXPECT_EQ(middle.b, 0);
  // The disc ends at a third of the box from its middle.
  const Rgba outside = paint(0.5f + 1 / 3.0f + 0.015f, 0.5f);
  EXPECT_GT(outside.a, 0.3f);
  EXPECT_GT(outside.b, 75);
  EXPECT_LT(outside.r, 20);
  EXPECT_EQ(paint(0.99f, 0.5f).a, 0);
}

}  // namespace
}  // namespace edgevlm::train
