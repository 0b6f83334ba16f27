#include "train/scenes/value_noise.h"

#include <algorithm>
#include <cstddef>

#include "train/scenes/random.h"

namespace edgevlm::train {
namespace {

// The position of a pixel between two lattice points.
struct Between {
  std::size_t lower;
  float fraction;  // weight of the upper one, eased so that the field is smooth
};

std::vector<Between> Positions(int count, float cells_per_pixel) {
  std::vector<Between> positions(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const float at = (static_cast<float>(i) + 0.5f) * cells_per_pixel;
    const float lower = std::floor(at);
    const float rest = at - lower;
    positions[i] = {static_cast<std::size_t>(lower), rest * rest * (3 - 2 * rest)};
  }
  return positions;
}

void AddOctave(int width, int height, float cells_per_pixel, float strength, SplitMix& random,
               std::vector<float>& field) {
  const std::vector<Between> columns = Positions(width, cells_per_pixel);
  const std::vector<Between> rows = Positions(height, cells_per_pixel);
  const std::size_t lattice_width = columns.back().lower + 2;
  std::vector<float> lattice(lattice_width * (rows.back().lower + 2));
  for (float& value : lattice) value = static_cast<float>(random() >> 40) * 0x1p-24f * strength;
  std::vector<float> line(lattice_width);
  float* out = field.data();
  for (const Between& row : rows) {
    const float* upper = lattice.data() + row.lower * lattice_width;
    const float* lower = upper + lattice_width;
    for (std::size_t i = 0; i < lattice_width; ++i) {
      line[i] = upper[i] + (lower[i] - upper[i]) * row.fraction;
    }
    for (const Between& column : columns) {
      const float left = line[column.lower];
      *out++ += left + (line[column.lower + 1] - left) * column.fraction;
    }
  }
}

}  // namespace

std::vector<float> ValueNoise(int width, int height, float cells, std::uint64_t seed) {
  SplitMix random(seed);
  std::vector<float> field(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  float cells_per_pixel = cells / static_cast<float>(std::max(width, height));
  for (const float strength : {0.57f, 0.29f, 0.14f}) {  // halved each time, sum 1
    AddOctave(width, height, cells_per_pixel, strength, random, field);
    cells_per_pixel *= 2;
  }
  return field;
}

}  // namespace edgevlm::train
