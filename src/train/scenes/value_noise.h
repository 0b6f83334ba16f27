// Smooth random fields, for textures.
#pragma once

#include <cstdint>
#include <vector>

namespace edgevlm::train {

// Three octaves of value noise (Perlin 1985 describes the lattice form), [height, width] in [0, 1].
// cells: lattice cells along the longer side in the first octave, >= 1.
std::vector<float> ValueNoise(int width, int height, float cells, std::uint64_t seed);

}  // namespace edgevlm::train
