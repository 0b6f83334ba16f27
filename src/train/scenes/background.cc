#include "train/scenes/background.h"

#include <array>
#include <numbers>

#include "train/scenes/colors.h"
#include "train/scenes/random.h"
#include "train/scenes/value_noise.h"

namespace edgevlm::train {
namespace {

enum class Pattern {
  kPlain,
  kLinear,
  kRadial,
  kStripes,
  kChecks,
  kClouds,
  kWood,
  kFabric,
  kScenery,
  kMosaic
};
constexpr std::array<float, 8> kPatternWeights = {20, 18, 9, 10, 8, 17, 9, 9};
constexpr std::array<float, 10> kVariedWeights = {14, 12, 9, 9, 8, 14, 8, 8, 10, 8};

struct Palette {
  Rgb first;
  Rgb second;
};

Rgb AnyBackgroundColor(std::mt19937_64& rng) {
  constexpr std::array<float, 5> kWeights = {3, 3, 3, 2, 1.5f};
  const float hue = Uniform(rng, 0, 360);
  switch (Weighted(rng, kWeights)) {
    case 0:  // near white or gray
      return FromHsv(hue, Uniform(rng, 0, 0.08f), Uniform(rng, 0.6f, 1));
    case 1:  // pastel
      return FromHsv(hue, Uniform(rng, 0.1f, 0.4f), Uniform(rng, 0.7f, 1));
    case 2:  // anything
      return FromHsv(hue, Uniform(rng, 0, 0.8f), Uniform(rng, 0.2f, 1));
    case 3:  // dark
      return FromHsv(hue, Uniform(rng, 0, 0.6f), Uniform(rng, 0.08f, 0.35f));
    default:  // paper
      return {255, 255, 255};
  }
}

// The smallest excess of contrast over the required one, along the line between both colors.
float Surplus(const Palette& palette, std::span<const Avoided> avoided) {
  float smallest = 255;
  for (const Avoided& avoid : avoided) {
    for (const float fraction : {0.0f, 0.25f, 0.5f, 0.75f, 1.0f}) {
      const Rgb color = Mix(palette.first, palette.second, fraction);
      smallest = std::min(smallest, Contrast(color, avoid.color) - avoid.contrast);
    }
  }
  return smallest;
}

Palette ChoosePalette(std::span<const Avoided> avoided, std::mt19937_64& rng) {
  Palette best{};
  float best_surplus = -1e9f;
  for (int attempt = 0; attempt < 60 && best_surplus < 0; ++attempt) {
    Palette palette;
    palette.first = AnyBackgroundColor(rng);
    // Most backgrounds are shades of one color, because strong patterns would hide small things.
    palette.second = Mix(palette.first, AnyBackgroundColor(rng),
                         Bernoulli(rng, 0.2f) ? 0.9f : Uniform(rng, 0.1f, 0.45f));
    const float surplus = Surplus(palette, avoided);
    if (surplus > best_surplus) {
      best_surplus = surplus;
      best = palette;
    }
  }
  return best;
}

// 0 at whole numbers, 1 halfway between them.
float Triangle(float x) {
  int lower = static_cast<int>(x);  // std::floor is a call on plain x86-64
  if (static_cast<float>(lower) > x) --lower;
  const float rest = x - static_cast<float>(lower);
  return 1 - std::fabs(2 * rest - 1);
}

// A step from 0 to 1 around Triangle's middle; steep: how sharply.
float Stripe(float x, float steep) {
  return std::clamp((Triangle(x) - 0.5f) * steep + 0.5f, 0.0f, 1.0f);
}

// The same for the same arguments.
float RandomFraction(float column, float row) {
  const auto key = static_cast<std::int64_t>(column) * 7919 + static_cast<std::int64_t>(row);
  return static_cast<float>(SplitMix(static_cast<std::uint64_t>(key))() >> 40) * 0x1p-24f;
}

// A pattern: the fraction of the second color at each pixel.
class Texture {
 public:
  Texture(int width, int height, bool varied, std::mt19937_64& rng)
      : pattern_(static_cast<Pattern>(varied ? Weighted(rng, kVariedWeights)
                                             : Weighted(rng, kPatternWeights))) {
    const float longer = static_cast<float>(std::max(width, height));
    const float angle = Uniform(rng, 0, 2 * std::numbers::pi_v<float>);
    float waves = LogUniform(rng, 3, 14);
    if (pattern_ == Pattern::kLinear) waves = 0.7f;
    if (pattern_ == Pattern::kWood) waves = LogUniform(rng, 1.5f, 6);
    if (pattern_ == Pattern::kFabric) waves = longer / Uniform(rng, 3, 7);
    cosine_ = std::cos(angle) * waves / longer;
    sine_ = std::sin(angle) * waves / longer;
    steep_ = LogUniform(rng, 1, 12);
    center_ = {Uniform(rng, 0, 1) * static_cast<float>(width),
               Uniform(rng, 0, 1) * static_cast<float>(height)};
    per_longer_ = 1 / longer;
    const bool noisy =
        pattern_ == Pattern::kClouds || pattern_ == Pattern::kWood || pattern_ == Pattern::kScenery;
    if (noisy) noise_ = ValueNoise(width, height, LogUniform(rng, 2, 9), rng());
  }

  void FillRow(int y, std::span<float> fractions) const {
    for (std::size_t i = 0; i < fractions.size(); ++i) {
      const float dx = static_cast<float>(i) - center_.x;
      const float dy = static_cast<float>(y) - center_.y;
      const float first = cosine_ * dx + sine_ * dy;
      const float second = cosine_ * dy - sine_ * dx;
      const std::size_t index = static_cast<std::size_t>(y) * fractions.size() + i;
      fractions[i] = FractionAt(first, second, dx, dy, index);
    }
  }

 private:
  float FractionAt(float first, float second, float dx, float dy, std::size_t index) const {
    switch (pattern_) {
      case Pattern::kPlain:
        return 0;
      case Pattern::kLinear:
        return std::clamp(first + 0.5f, 0.0f, 1.0f);
      case Pattern::kRadial:
        return std::min(1.0f, std::sqrt(dx * dx + dy * dy) * per_longer_ * 1.2f);
      case Pattern::kStripes:
        return Stripe(first, steep_);
      case Pattern::kChecks:
        return std::fabs(Stripe(first, 20) - Stripe(second, 20));
      case Pattern::kClouds:
        return noise_[index];
      case Pattern::kWood:
        // Rings, bent by noise and stretched along the grain.
        return Stripe(first + noise_[index] * 1.5f, 1) * 0.7f + noise_[index] * 0.3f;
      case Pattern::kFabric:
        return 0.5f * (Triangle(first) + Triangle(second));
      case Pattern::kScenery:
        // Hills below a horizon, the ground lighter with distance.
        return std::clamp((dy * per_longer_ + 0.3f * (noise_[index] - 0.5f)) * 40, 0.0f, 0.6f) +
               0.4f * std::clamp(dy * per_longer_, 0.0f, 1.0f);
      case Pattern::kMosaic:
        return RandomFraction(std::floor(first), std::floor(second));
    }
    return 0;
  }

  Pattern pattern_;
  float cosine_;  // per pixel, in waves
  float sine_;
  float steep_;
  Point center_;  // pixels
  float per_longer_;
  std::vector<float> noise_;  // [height, width]; empty if the pattern needs none
};

}  // namespace

void DrawBackground(std::span<const Avoided> avoided, bool varied, std::mt19937_64& rng,
                    Canvas& canvas) {
  const Palette palette = ChoosePalette(avoided, rng);
  const Texture texture(canvas.width, canvas.height, varied, rng);
  const float grain =
      Bernoulli(rng, 0.4f) ? Uniform(rng, 0, 0.08f) : 0;  // fraction of the brightness
  SplitMix random(rng());
  std::vector<float> fractions(static_cast<std::size_t>(canvas.width));
  for (int y = 0; y < canvas.height; ++y) {
    texture.FillRow(y, fractions);
    Rgb* row = canvas.Row(y);
    for (std::size_t x = 0; x < fractions.size(); ++x) {
      row[x] = Mix(palette.first, palette.second, fractions[x]);
    }
    if (grain == 0) continue;
    for (std::size_t x = 0; x < fractions.size(); ++x) {
      const float deviation = static_cast<float>(random() >> 40) * 0x1p-23f - 1;
      row[x] = Scale(row[x], 1 + grain * deviation);
    }
  }
}

}  // namespace edgevlm::train
