#include "train/scenes/camera.h"

#include <array>

#include "train/scenes/jpeg.h"
#include "train/scenes/random.h"

namespace edgevlm::train {
namespace {

constexpr int kToneSteps = 1024;  // of the tone curve's table
using ToneCurve = std::array<float, kToneSteps>;

ToneCurve CurveFor(const CameraLook& look) {
  ToneCurve curve;
  for (int i = 0; i < kToneSteps; ++i) {
    const float linear = static_cast<float>(i) / (kToneSteps - 1) * look.brightness;
    const float contrasted = (linear - 0.5f) * look.contrast + 0.5f;
    curve[static_cast<std::size_t>(i)] =
        255 * std::pow(std::clamp(contrasted, 0.0f, 1.0f), look.gamma);
  }
  return curve;
}

void Expose(const CameraLook& look, Canvas& canvas) {
  const ToneCurve curve = CurveFor(look);
  const auto tone = [&curve](float value) {
    return curve[static_cast<std::size_t>(std::clamp(static_cast<int>(value), 0, kToneSteps - 1))];
  };
  constexpr float kSteps = (kToneSteps - 1) / 255.0f;
  const float per_x = look.light_x / static_cast<float>(canvas.width);
  const float per_y = look.light_y / static_cast<float>(canvas.height);
  for (int y = 0; y < canvas.height; ++y) {
    Rgb* row = canvas.Row(y);
    float light =
        (1 - 0.5f * look.light_x - 0.5f * look.light_y + per_y * static_cast<float>(y)) * kSteps;
    const float step = per_x * kSteps;
    for (int x = 0; x < canvas.width; ++x, light += step) {
      row[x] = {tone(row[x].r * light * look.white.r), tone(row[x].g * light * look.white.g),
                tone(row[x].b * light * look.white.b)};
    }
  }
}

Rgb Blend(const Rgb& left, const Rgb& middle, const Rgb& right, float side) {
  const float rest = 1 - 2 * side;
  return {(left.r + right.r) * side + middle.r * rest, (left.g + right.g) * side + middle.g * rest,
          (left.b + right.b) * side + middle.b * rest};
}

// A blur with the kernel (side, 1 - 2 side, side) along both axes; its variance is 2 side.
void BlurOnce(float side, Canvas& canvas) {
  const std::size_t width = static_cast<std::size_t>(canvas.width);
  for (int y = 0; y < canvas.height; ++y) {
    Rgb* row = canvas.Row(y);
    Rgb left = row[0];
    for (std::size_t x = 0; x + 1 < width; ++x) {
      const Rgb middle = row[x];
      row[x] = Blend(left, middle, row[x + 1], side);
      left = middle;
    }
    row[width - 1] = Blend(left, row[width - 1], row[width - 1], side);
  }
  std::vector<Rgb> above(canvas.Row(0), canvas.Row(0) + width);
  for (int y = 0; y < canvas.height; ++y) {
    Rgb* row = canvas.Row(y);
    const Rgb* below = canvas.Row(std::min(y + 1, canvas.height - 1));
    for (std::size_t x = 0; x < width; ++x) {
      const Rgb middle = row[x];
      row[x] = Blend(above[x], middle, below[x], side);
      above[x] = middle;
    }
  }
}

// Repeated passes of a three-pixel kernel approximate a Gaussian this narrow.
void Blur(float sigma, Canvas& canvas) {
  if (sigma < 0.25f) return;
  // At most 0.36 for `side`, or the kernel would not be a hill.
  const int passes = sigma > 0.75f ? std::max(2, static_cast<int>(sigma * sigma / 0.72f)) : 1;
  const float side = sigma * sigma / (2 * static_cast<float>(passes));
  for (int i = 0; i < passes; ++i) BlurOnce(side, canvas);
}

constexpr int kNormals = 4096;

// A table of normal deviates (sums of 12 uniform ones), so noise costs one table look-up per value.
const std::array<float, kNormals>& Normals() {
  static const std::array<float, kNormals> kTable = [] {
    std::array<float, kNormals> table;
    SplitMix random(1);
    for (float& value : table) {
      value = -6;
      for (int i = 0; i < 12; ++i) value += static_cast<float>(random() >> 40) * 0x1p-24f;
    }
    return table;
  }();
  return kTable;
}

std::uint8_t ToByte(float value) {
  // Clamped as an integer: float comparisons compile to branches, which noise makes unpredictable.
  const int rounded = static_cast<int>(value + 0.5f);
  return static_cast<std::uint8_t>(std::clamp(rounded, 0, 255));
}

Image Develop(const CameraLook& look, Canvas& canvas) {
  Image image(canvas.width, canvas.height);
  const std::array<float, kNormals>& normals = Normals();
  SplitMix random(look.noise_seed);
  const float sigma = look.noise_sigma;
  for (int y = 0; y < canvas.height; ++y) {
    const Rgb* row = canvas.Row(y);
    std::uint8_t* out = image.Row(y);
    for (int x = 0; x < canvas.width; ++x, out += 3) {
      const std::uint64_t bits = random();
      out[0] = ToByte(row[x].r + sigma * normals[bits % kNormals]);
      out[1] = ToByte(row[x].g + sigma * normals[(bits >> 20) % kNormals]);
      out[2] = ToByte(row[x].b + sigma * normals[(bits >> 40) % kNormals]);
    }
  }
  return image;
}

}  // namespace

CameraLook AnyCamera(std::mt19937_64& rng) {
  CameraLook look;
  if (Bernoulli(rng, 0.2f)) return look;  // a drawing: no camera at all
  look.light_x = Uniform(rng, -0.22f, 0.22f);
  look.light_y = Uniform(rng, -0.22f, 0.22f);
  look.brightness = Uniform(rng, 0.82f, 1.12f);
  look.contrast = Uniform(rng, 0.85f, 1.15f);
  look.gamma = LogUniform(rng, 0.85f, 1.18f);
  look.white = {Uniform(rng, 0.95f, 1.05f), 1, Uniform(rng, 0.94f, 1.06f)};
  look.blur_sigma = Uniform(rng, 0, 1.2f);
  look.noise_sigma = Bernoulli(rng, 0.3f) ? 0 : Uniform(rng, 0, 14) * Uniform(rng, 0.2f, 1);
  if (Bernoulli(rng, 0.5f)) look.jpeg_quality = 35 + UniformInt(rng, 61);
  look.jpeg_subsampled = Bernoulli(rng, 0.6f);
  look.noise_seed = rng();
  return look;
}

CameraLook PoorCamera(std::mt19937_64& rng) {
  CameraLook look = AnyCamera(rng);
  look.brightness = Uniform(rng, 0.65f, 0.95f);
  look.contrast = Uniform(rng, 0.7f, 1.05f);
  look.blur_sigma = Uniform(rng, 0, 2);
  look.noise_sigma = Uniform(rng, 0, 24);
  look.jpeg_quality = 20 + UniformInt(rng, 76);
  look.noise_seed = rng();
  return look;
}

Image Photograph(const CameraLook& look, Canvas& canvas) {
  Expose(look, canvas);
  Blur(look.blur_sigma, canvas);
  Image image = Develop(look, canvas);
  if (look.jpeg_quality > 0) ThroughJpeg(look.jpeg_quality, look.jpeg_subsampled, image);
  return image;
}

}  // namespace edgevlm::train
