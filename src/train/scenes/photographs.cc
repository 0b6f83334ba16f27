#include "train/scenes/photographs.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <utility>

#include "base/mapped_file.h"
#include "base/thread_pool.h"
#include "image/decode.h"
#include "image/resize.h"
#include "train/scenes/colors.h"
#include "train/scenes/random.h"

namespace edgevlm::train {
namespace {

constexpr int kPhotographSide = 480;  // pixels
constexpr int kAttempts = 8;          // parts to choose from

// A part of an image, in its pixels.
struct ImagePart {
  const Image* image = nullptr;
  float left = 0;
  float top = 0;
  float step = 1;  // pixels of the image per pixel of the canvas
  bool mirrored = false;
};

Rgb PixelAt(const Image& image, float x, float y) {
  const int column = std::clamp(static_cast<int>(x), 0, image.width - 1);
  const int row = std::clamp(static_cast<int>(y), 0, image.height - 1);
  const std::uint8_t* pixel = image.Row(row) + 3 * column;
  return {static_cast<float>(pixel[0]), static_cast<float>(pixel[1]), static_cast<float>(pixel[2])};
}

ImagePart AnyPart(std::span<const Image> photographs, const Canvas& canvas, std::mt19937_64& rng) {
  const auto chosen =
      static_cast<std::size_t>(UniformInt(rng, static_cast<int>(photographs.size())));
  const Image& image = photographs[chosen];
  const float largest =
      std::min(static_cast<float>(image.width) / static_cast<float>(canvas.width),
               static_cast<float>(image.height) / static_cast<float>(canvas.height));
  ImagePart part{&image};
  part.step = largest * Uniform(rng, 0.4f, 1);
  const auto start = [&](int size, int canvas_size) {
    return Uniform(rng, 0, 1) *
           (static_cast<float>(size) - part.step * static_cast<float>(canvas_size));
  };
  part.left = start(image.width, canvas.width);
  part.top = start(image.height, canvas.height);
  part.mirrored = Bernoulli(rng, 0.5f);
  return part;
}

Rgb PartAt(const ImagePart& part, const Canvas& canvas, int x, int y) {
  const int column = part.mirrored ? canvas.width - 1 - x : x;
  return PixelAt(*part.image, part.left + part.step * (static_cast<float>(column) + 0.5f),
                 part.top + part.step * (static_cast<float>(y) + 0.5f));
}

// Over a coarse grid of pixels.
Rgb MeanOf(const ImagePart& part, const Canvas& canvas) {
  constexpr int kSteps = 12;
  Rgb sum;
  for (int i = 0; i < kSteps * kSteps; ++i) {
    const Rgb pixel = PartAt(part, canvas, (i % kSteps) * canvas.width / kSteps,
                             (i / kSteps) * canvas.height / kSteps);
    sum.r += pixel.r, sum.g += pixel.g, sum.b += pixel.b;
  }
  return Scale(sum, 1.0f / (kSteps * kSteps));
}

float SurplusOf(Rgb color, std::span<const Avoided> avoided) {
  float smallest = 255;
  for (const Avoided& avoid : avoided) {
    smallest = std::min(smallest, Contrast(color, avoid.color) - avoid.contrast);
  }
  return smallest;
}

}  // namespace

Result<std::vector<Image>> LoadPhotographs(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
    paths.push_back(entry.path());
  }
  if (failure || paths.empty()) {
    return Error{ErrorCode::kNotFound, folder + ": expected photographs, found none"};
  }
  std::ranges::sort(paths);
  ThreadPool alone(1);
  std::vector<Image> photographs;
  for (const std::filesystem::path& path : paths) {
    const Result<MappedFile> file = MappedFile::Open(path.string());
    if (!file) return file.error();
    const Result<Image> image = Decode(file->bytes(), {}, kPhotographSide);
    if (!image) return image.error().In(path.string());
    const float scale = static_cast<float>(kPhotographSide) /
                        static_cast<float>(std::max(image->width, image->height));
    const auto scaled = [scale](int size) {
      return std::max(1, static_cast<int>(static_cast<float>(size) * scale));
    };
    photographs.push_back(
        Resize(*image, scaled(image->width), scaled(image->height), Filter::kBicubic, alone));
  }
  return photographs;
}

void DrawPhotograph(std::span<const Image> photographs, std::span<const Avoided> avoided,
                    std::mt19937_64& rng, Canvas& canvas) {
  ImagePart best;
  Rgb mean;
  float best_surplus = -1e9f;
  for (int i = 0; i < kAttempts; ++i) {
    const ImagePart part = AnyPart(photographs, canvas, rng);
    const Rgb color = MeanOf(part, canvas);
    const float surplus = SurplusOf(color, avoided);
    if (surplus <= best_surplus) continue;
    best = part, mean = color, best_surplus = surplus;
  }
  const float flatness = Uniform(rng, 0, 0.5f);
  for (int y = 0; y < canvas.height; ++y) {
    Rgb* row = canvas.Row(y);
    for (int x = 0; x < canvas.width; ++x) {
      row[x] = Mix(PartAt(best, canvas, x, y), mean, flatness);
    }
  }
}

}  // namespace edgevlm::train
