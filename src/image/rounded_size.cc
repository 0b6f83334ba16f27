#include "image/rounded_size.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/check.h"

namespace edgevlm {
namespace {

// Cells along each side for sides of so many pixels, which `round` makes whole.
template <class Round>
ImageSize CellsOf(double width, double height, int multiple, const Round& round) {
  const auto side = [&](double pixels) {
    return std::max(1, static_cast<int>(round(pixels / multiple)));
  };
  return {.width = side(width), .height = side(height)};
}

}  // namespace

// The order of the operations in float64 is that of the models' own code, since a quotient may be
// whole up to its last bit.
ImageSize RoundedSize(ImageSize image, const SizeRule& rule) {
  CHECK(image.width >= 1 && image.height >= 1 && rule.min_cells >= 1 && rule.max_cells >= 1);
  const double width = image.width, height = image.height, pixels = width * height;
  const double cell = static_cast<double>(rule.multiple) * rule.multiple;
  const auto count = [](ImageSize size) { return std::int64_t{size.width} * size.height; };
  const auto to_even = [](double x) { return std::nearbyint(x); };
  const auto down = [](double x) { return std::floor(x); };
  const auto up = [](double x) { return std::ceil(x); };

  ImageSize cells = CellsOf(width, height, rule.multiple, to_even);
  if (count(cells) < rule.min_cells) {
    const double factor = std::sqrt(rule.min_cells * cell / pixels);
    cells = CellsOf(width * factor, height * factor, rule.multiple, up);
  }
  if (count(cells) > rule.max_cells) {
    const double divisor = std::sqrt(pixels / (rule.max_cells * cell));
    cells = CellsOf(width / divisor, height / divisor, rule.multiple, down);
  }
  // A side of one cell has not shrunk as much as it should have.
  if (cells.height == 1) cells.width = std::min(cells.width, rule.max_cells);
  if (cells.width == 1) cells.height = std::min(cells.height, rule.max_cells);
  return {.width = cells.width * rule.multiple, .height = cells.height * rule.multiple};
}

}  // namespace edgevlm
