#include "image/write_ppm.h"

#include <string>

namespace edgevlm {

std::vector<std::byte> PpmFile(int width, int height, std::span<const std::uint8_t> rgb) {
  const std::string header =
      "P6\n" + std::to_string(width) + " " + std::to_string(height) + "\n255\n";
  std::vector<std::byte> file;
  file.reserve(header.size() + rgb.size());
  for (const auto part : {std::as_bytes(std::span(header)), std::as_bytes(rgb)}) {
    file.insert(file.end(), part.begin(), part.end());
  }
  return file;
}

}  // namespace edgevlm
