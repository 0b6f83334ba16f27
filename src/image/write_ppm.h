// Pixels as a PPM file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace edgevlm {

// rgb: [height, width, 3].
std::vector<std::byte> PpmFile(int width, int height, std::span<const std::uint8_t> rgb);

}  // namespace edgevlm
