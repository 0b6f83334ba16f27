// Image: 8-bit RGB pixels in memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace edgevlm {

// Red, green, blue.
using Color = std::array<std::uint8_t, 3>;

// Width and height in pixels.
struct ImageSize {
  int width = 0;
  int height = 0;

  bool empty() const { return width == 0; }
  bool operator==(const ImageSize&) const = default;
};

// Row-major [height, width, 3], red first, no padding between rows.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;  // width * height * 3

  Image() = default;
  // All black. REQUIRES: width >= 0, height >= 0.
  Image(int image_width, int image_height)
      : width(image_width),
        height(image_height),
        pixels(static_cast<std::size_t>(image_width) * static_cast<std::size_t>(image_height) * 3) {
  }

  std::uint8_t* Row(int y) {
    return pixels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * 3;
  }
  const std::uint8_t* Row(int y) const {
    return pixels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * 3;
  }
};

}  // namespace edgevlm
