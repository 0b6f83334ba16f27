#include "train/scenes/colors.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "train/scenes/random.h"

namespace edgevlm::train {
namespace {

struct Range {
  float low;
  float high;
};

struct ShadeRange {
  Range hue;  // degrees
  Range saturation;
  Range value;
};

// The gaps between neighbors (red, orange, yellow; orange, brown; purple, pink) are deliberate:
// people do not agree on the names of these colors.
constexpr std::array<ShadeRange, 10> kShades = {{
    {{-9, 7}, {0.85f, 1}, {0.84f, 1}},         // red
    {{23, 39}, {0.9f, 1}, {0.93f, 1}},         // orange
    {{51, 62}, {0.75f, 1}, {0.92f, 1}},        // yellow
    {{95, 150}, {0.6f, 1}, {0.4f, 1}},         // green
    {{205, 242}, {0.7f, 1}, {0.5f, 1}},        // blue
    {{266, 303}, {0.55f, 1}, {0.42f, 0.85f}},  // purple
    {{322, 352}, {0.22f, 0.6f}, {0.97f, 1}},   // pink
    {{16, 31}, {0.55f, 1}, {0.3f, 0.58f}},     // brown
    {{0, 360}, {0, 0.15f}, {0, 0.14f}},        // black
    {{0, 360}, {0, 0.03f}, {0.95f, 1}},        // white
}};

constexpr std::array<ShadeRange, 7> kNameless = {{
    {{11, 20}, {0.8f, 1}, {0.85f, 1}},       // between red and orange
    {{42, 48}, {0.8f, 1}, {0.9f, 1}},        // between orange and yellow
    {{66, 90}, {0.5f, 1}, {0.5f, 1}},        // between yellow and green
    {{156, 198}, {0.5f, 1}, {0.4f, 1}},      // between green and blue
    {{246, 262}, {0.5f, 1}, {0.4f, 1}},      // between blue and purple
    {{306, 319}, {0.6f, 1}, {0.6f, 1}},      // between purple and pink
    {{0, 360}, {0, 0.06f}, {0.25f, 0.82f}},  // between black and white
}};

// The colors of these names in CSS, which drawing programs use.
constexpr std::array<Rgb, 10> kNamed = {{{255, 0, 0},
                                         {255, 165, 0},
                                         {255, 255, 0},
                                         {0, 128, 0},
                                         {0, 0, 255},
                                         {128, 0, 128},
                                         {255, 192, 203},
                                         {165, 42, 42},
                                         {0, 0, 0},
                                         {255, 255, 255}}};
constexpr float kNamedProbability = 0.2f;

float Within(const Range& range, std::mt19937_64& rng) {
  return Uniform(rng, range.low, range.high);
}

}  // namespace

Rgb FromHsv(float hue, float saturation, float value) {
  const auto channel = [&](float shift) {
    const float sector = std::fmod(shift + hue / 60 + 12, 6.0f);
    const float ramp = std::clamp(std::min(sector, 4 - sector), 0.0f, 1.0f);
    return 255 * value * (1 - saturation * ramp);
  };
  return {channel(5), channel(3), channel(1)};
}

namespace {

Rgb DrawFrom(const ShadeRange& shade, std::mt19937_64& rng) {
  const float hue = Within(shade.hue, rng);
  const float saturation = Within(shade.saturation, rng);
  return FromHsv(hue, saturation, Within(shade.value, rng));
}

}  // namespace

Rgb ShadeOf(Color color, std::mt19937_64& rng) {
  if (Bernoulli(rng, kNamedProbability)) return kNamed[static_cast<std::size_t>(color)];
  return DrawFrom(kShades[static_cast<std::size_t>(color)], rng);
}

Rgb NamelessShade(std::mt19937_64& rng) {
  const ShadeRange& shade = kNameless[static_cast<std::size_t>(UniformInt(rng, kNameless.size()))];
  return DrawFrom(shade, rng);
}

ColorMatrix HueAndSaturation(float degrees, float saturation) {
  const float angle = degrees * std::numbers::pi_v<float> / 180;
  // A rotation about the gray axis (Rodrigues), its part across the axis scaled.
  const float cosine = saturation * std::cos(angle);
  const float sine = saturation * std::sin(angle) / std::sqrt(3.0f);
  const float same = (1 - cosine) / 3 + cosine;
  const float next = (1 - cosine) / 3 - sine, last = (1 - cosine) / 3 + sine;
  return {same, next, last, last, same, next, next, last, same};
}

float Contrast(Rgb first, Rgb second) {
  const float r = first.r - second.r;
  const float g = first.g - second.g;
  const float b = first.b - second.b;
  return std::sqrt((2 * r * r + 4 * g * g + 3 * b * b) / 9);
}

}  // namespace edgevlm::train
