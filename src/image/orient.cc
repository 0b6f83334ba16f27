#include "image/orient.h"

#include <cstring>

#include "base/check.h"

namespace edgevlm {

Image Upright(const Image& stored, int orientation) {
  CHECK(1 <= orientation && orientation <= 8);
  if (orientation == 1) return stored;
  const bool exchanged = orientation >= 5;
  // Which sides of the stored image become the right and lower sides of the upright one.
  const bool right_to_left =
      orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
  const bool bottom_to_top =
      orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
  Image upright =
      exchanged ? Image(stored.height, stored.width) : Image(stored.width, stored.height);
  for (int y = 0; y < upright.height; ++y) {
    std::uint8_t* out = upright.Row(y);
    const int row = bottom_to_top ? upright.height - 1 - y : y;
    for (int x = 0; x < upright.width; ++x) {
      const int column = right_to_left ? upright.width - 1 - x : x;
      const std::uint8_t* in = exchanged ? stored.Row(column) + std::ptrdiff_t{row} * 3
                                         : stored.Row(row) + std::ptrdiff_t{column} * 3;
      std::memcpy(out + std::ptrdiff_t{x} * 3, in, 3);
    }
  }
  return upright;
}

}  // namespace edgevlm
