#include "train/scenes/draw.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <variant>
#include <vector>

#include "train/scenes/background.h"
#include "train/scenes/camera.h"
#include "train/scenes/canvas.h"
#include "train/scenes/colors.h"
#include "train/scenes/display.h"
#include "train/scenes/emoji_look.h"
#include "train/scenes/figure.h"
#include "train/scenes/instruments.h"
#include "train/scenes/photographs.h"
#include "train/scenes/random.h"
#include "train/scenes/shapes.h"
#include "train/scenes/things.h"

namespace edgevlm::train {
namespace {

// The minimum Contrast() between the background and each kind of thing.
constexpr float kShapeContrast = 68;
constexpr float kEmojiContrast = 56;
constexpr float kDisplayContrast = 30;  // its digits have their own panel
constexpr float kInstrumentContrast = 30;

constexpr float kPhotographProbability = 0.2f;
constexpr float kBarsProbability = 0.12f;
constexpr float kPoorCameraProbability = 0.3f;

// The look of a thing, chosen before anything is drawn because the background depends on it.
using Look = std::variant<EmojiLook, ShapeLook, DisplayLook, Figure>;

struct Shadow {
  float strength = 0;  // 0 means none
  float offset_u = 0;  // relative to the thing's box
  float offset_v = 0;
  float softness = 0;  // width of its edge, relative to the thing's box
};

struct BoxSize {
  float width;  // mean of the opposite edges, pixels
  float height;
};

BoxSize SizeOf(const std::array<Point, 4>& corners) {
  const auto length = [](Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); };
  return {0.5f * (length(corners[0], corners[1]) + length(corners[3], corners[2])),
          0.5f * (length(corners[0], corners[3]) + length(corners[1], corners[2]))};
}

std::array<Point, 4> InPixels(const Thing& thing, const Scene& scene) {
  std::array<Point, 4> corners = thing.corners;
  for (Point& corner : corners) {
    corner.x *= static_cast<float>(scene.width);
    corner.y *= static_cast<float>(scene.height);
  }
  return corners;
}

ShapeLook AnyShapeLook(Form form, Rgb shade, std::mt19937_64& rng) {
  ShapeLook look;
  look.form = form;
  look.fill = Scale(shade, Uniform(rng, 0.95f, 1.03f));
  look.shading = Bernoulli(rng, 0.5f) ? 0 : Uniform(rng, -0.1f, 0.14f);
  if (Bernoulli(rng, 0.3f)) {
    look.outline_width = Uniform(rng, 0.04f, 0.1f);
    look.outline = Scale(shade, Uniform(rng, 0.45f, 0.75f));
  }
  return look;
}

DisplayLook AnyDisplayLook(Color color, Rgb shade, std::mt19937_64& rng) {
  DisplayLook look;
  const bool liquid_crystal = color == Color::kBlack;
  look.lit = shade;
  if (liquid_crystal) {
    look.panel =
        FromHsv(Uniform(rng, 70, 130), Uniform(rng, 0.05f, 0.2f), Uniform(rng, 0.62f, 0.85f));
    look.unlit = Bernoulli(rng, 0.5f) ? 0 : Uniform(rng, 0, 0.1f);
  } else {
    // Light-emitting segments are brighter than paint of the same name.
    const float brightest = std::max({shade.r, shade.g, shade.b});
    look.lit = Scale(shade, std::max(1.0f, 240 / brightest));
    look.panel = FromHsv(Uniform(rng, 0, 360), Uniform(rng, 0, 0.3f), Uniform(rng, 0.02f, 0.14f));
    look.unlit = Bernoulli(rng, 0.5f) ? 0 : Uniform(rng, 0, 0.16f);
    look.glow = Bernoulli(rng, 0.5f) ? 0 : Uniform(rng, 0, 0.35f);
  }
  look.bezel = FromHsv(Uniform(rng, 0, 360), Uniform(rng, 0, 0.15f), Uniform(rng, 0.1f, 0.75f));
  look.thickness = Uniform(rng, 0.15f, 0.25f);
  look.slant = Bernoulli(rng, 0.5f) ? 0 : Uniform(rng, 0.03f, 0.14f);
  look.corner = Uniform(rng, 0.03f, 0.3f);
  return look;
}

// A display of any kind: segments, a matrix of dots, or digits printed on a sign.
DisplayLook AnyVariedDisplayLook(Color color, Rgb shade, const Glyphs& glyphs,
                                 std::mt19937_64& rng) {
  DisplayLook look = AnyDisplayLook(color, shade, rng);
  constexpr std::array<float, 3> kKindWeights = {4, 2.5f, 3.5f};
  look.digits = static_cast<DigitKind>(Weighted(rng, kKindWeights));
  if (look.digits == DigitKind::kDots) look.slant = 0;
  if (look.digits != DigitKind::kPrinted) return look;
  const std::vector<DigitGlyphs>& fonts = glyphs.printed_digits();
  look.printed = &fonts[static_cast<std::size_t>(UniformInt(rng, static_cast<int>(fonts.size())))];
  look.slant = 0;
  if (color != Color::kWhite && color != Color::kYellow && Bernoulli(rng, 0.5f)) {
    look.lit = shade;  // ink on a light sign
    look.panel = FromHsv(Uniform(rng, 0, 360), Uniform(rng, 0, 0.12f), Uniform(rng, 0.9f, 1));
  }
  return look;
}

// Thin bars across the whole image, over everything.
void DrawBars(std::mt19937_64& rng, Canvas& canvas) {
  const float width = static_cast<float>(canvas.width), height = static_cast<float>(canvas.height);
  const float longer = std::max(width, height);
  for (int bars = 1 + UniformInt(rng, 3); bars > 0; --bars) {
    const float angle = Uniform(rng, 0, 2 * std::numbers::pi_v<float>);
    const Point along{std::cos(angle) * longer * 1.5f, std::sin(angle) * longer * 1.5f};
    const float half = longer * Uniform(rng, 0.006f, 0.018f);
    const Point across{-std::sin(angle) * half, std::cos(angle) * half};
    const Point middle{Uniform(rng, 0, width), Uniform(rng, 0, height)};
    const Rgb color = FromHsv(Uniform(rng, 0, 360), Uniform(rng, 0, 0.7f), Uniform(rng, 0.1f, 1));
    const Rgba paint = WithAlpha(color, Uniform(rng, 0.6f, 1));
    DrawThrough(
        {{{middle.x - along.x - across.x, middle.y - along.y - across.y},
          {middle.x + along.x - across.x, middle.y + along.y - across.y},
          {middle.x + along.x + across.x, middle.y + along.y + across.y},
          {middle.x - along.x + across.x, middle.y - along.y + across.y}}},
        0, [&](float, float v) { return 0 <= v && v <= 1 ? paint : Rgba{}; }, canvas);
  }
}

std::vector<Look> ChooseLooks(const Scene& scene, const Glyphs& glyphs, std::mt19937_64& rng) {
  std::array<Rgb, kColorNames.size()> shades;  // shared by equal things
  for (std::size_t i = 0; i < shades.size(); ++i) {
    shades[i] = scene.nameless_colors ? NamelessShade(rng) : ShadeOf(static_cast<Color>(i), rng);
  }
  std::vector<Look> looks;
  for (const Thing& thing : scene.things) {
    const Rgb shade = shades[static_cast<std::size_t>(thing.color)];
    switch (thing.kind) {
      case ThingKind::kEmoji:
        looks.push_back(AnyEmojiLook(glyphs.Of(thing.name, scene.style), scene, rng));
        break;
      case ThingKind::kShape:
        looks.push_back(AnyShapeLook(static_cast<Form>(thing.name - FirstShape()), shade, rng));
        break;
      case ThingKind::kDisplay:
        looks.push_back(scene.varied ? AnyVariedDisplayLook(thing.color, shade, glyphs, rng)
                                     : AnyDisplayLook(thing.color, shade, rng));
        break;
      case ThingKind::kInstrument: {
        const BoxSize size = SizeOf(InPixels(thing, scene));
        looks.push_back(
            AnyFigure(thing, size.height / size.width, shade, glyphs.printed_digits(), rng));
        break;
      }
    }
  }
  return looks;
}

// Slight changes of hue do not move the mean: scenes that are not stylized stay as they were.
Avoided AvoidedBy(const EmojiLook& look) {
  return {look.stylized ? look.Mean() : look.glyph->mean, kEmojiContrast};
}
Avoided AvoidedBy(const ShapeLook& look) { return {look.fill, kShapeContrast}; }
Avoided AvoidedBy(const DisplayLook& look) { return {look.panel, kDisplayContrast}; }

Avoided AvoidedBy(const Figure& figure) { return {figure.body.color, kInstrumentContrast}; }

// Draws the thing's shadow, then the thing itself. distance(u, v): to its edge, relative to its
// box.
template <class Distance, class Paint>
void DrawWithShadow(const std::array<Point, 4>& corners, const Shadow& shadow,
                    const Distance& distance, const Paint& paint, Canvas& canvas) {
  if (shadow.strength > 0) {
    const auto shade = [&](float u, float v) {
      const float from_edge = distance(u - shadow.offset_u, v - shadow.offset_v);
      return Rgba{0, 0, 0, shadow.strength * Coverage(from_edge, shadow.softness)};
    };
    DrawThrough(corners, 0.16f, shade, canvas);
  }
  DrawThrough(corners, 0.02f, paint, canvas);
}

void DrawThing(const Thing&, const EmojiLook& look, const std::array<Point, 4>& corners,
               const Shadow& shadow, Canvas& canvas) {
  const EmojiPaint paint(look, SizeOf(corners).width);
  const auto distance = [&](float u, float v) { return paint.Distance(u, v, shadow.softness); };
  DrawWithShadow(corners, shadow, distance, paint, canvas);
}

void DrawThing(const Thing&, const ShapeLook& look, const std::array<Point, 4>& corners,
               const Shadow& shadow, Canvas& canvas) {
  const ShapePaint paint(look, 2 / SizeOf(corners).width);
  const auto distance = [&](float u, float v) {
    return 0.5f * DistanceTo(look.form, 2 * u - 1, 2 * v - 1);
  };
  DrawWithShadow(corners, shadow, distance, paint, canvas);
}

void DrawThing(const Thing& thing, const DisplayLook& look, const std::array<Point, 4>& corners,
               const Shadow& shadow, Canvas& canvas) {
  const BoxSize size = SizeOf(corners);
  const float panel = PanelWidth(static_cast<int>(thing.reading.size()), thing.digit_pitch);
  const DisplayPaint paint(thing.reading, thing.digit_pitch, look, size.height / size.width,
                           panel / size.width);
  const auto distance = [&](float u, float v) { return paint.PanelDistance(u, v) / panel; };
  DrawWithShadow(corners, shadow, distance, paint, canvas);
}

void DrawThing(const Thing&, const Figure& figure, const std::array<Point, 4>& corners,
               const Shadow& shadow, Canvas& canvas) {
  const FigurePaint paint(figure, SizeOf(corners).width);
  const auto distance = [&](float u, float v) { return paint.Distance(u, v); };
  DrawWithShadow(corners, shadow, distance, paint, canvas);
}

// Bars would hide parts of what it shows.
bool HasReading(const Scene& scene) {
  return std::ranges::any_of(scene.things, [](const Thing& thing) {
    return thing.kind == ThingKind::kDisplay || thing.kind == ThingKind::kInstrument;
  });
}

Shadow AnyShadow(std::mt19937_64& rng) {
  if (Bernoulli(rng, 0.6f)) return {};
  return {Uniform(rng, 0.15f, 0.45f), Uniform(rng, -0.06f, 0.06f), Uniform(rng, 0.01f, 0.07f),
          Uniform(rng, 0.03f, 0.12f)};
}

}  // namespace

Image Draw(const Scene& scene, const Glyphs& glyphs) {
  std::mt19937_64 rng(scene.seed);
  const std::vector<Look> looks = ChooseLooks(scene, glyphs, rng);
  std::vector<Avoided> avoided;
  for (const Look& look : looks) {
    avoided.push_back(std::visit([](const auto& kind) { return AvoidedBy(kind); }, look));
  }
  Canvas canvas(scene.width, scene.height);
  const std::vector<Image>& photographs = glyphs.photographs();
  if (scene.varied && !photographs.empty() && Bernoulli(rng, kPhotographProbability)) {
    DrawPhotograph(photographs, avoided, rng, canvas);
  } else {
    DrawBackground(avoided, scene.varied, rng, canvas);
  }
  const Shadow shadow = AnyShadow(rng);
  for (std::size_t i = 0; i < looks.size(); ++i) {
    const Thing& thing = scene.things[i];
    const std::array<Point, 4> corners = InPixels(thing, scene);
    std::visit([&](const auto& look) { DrawThing(thing, look, corners, shadow, canvas); },
               looks[i]);
  }
  if (scene.varied && !HasReading(scene) && Bernoulli(rng, kBarsProbability)) {
    DrawBars(rng, canvas);
  }
  const bool poor = scene.varied && Bernoulli(rng, kPoorCameraProbability);
  return Photograph(poor ? PoorCamera(rng) : AnyCamera(rng), canvas);
}

}  // namespace edgevlm::train
