// Leaving out those scans of a progressive JPEG that a much reduced decoding does not look at.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace edgevlm {

// For every component identifier of a JPEG: whether only its block means (the DC coefficients) are
// wanted. At an eighth of the size a pixel is the mean of a block.
using MeansOnly = std::array<bool, 256>;

// The file without the scans that refine nothing but such a component beyond its means, which are
// most of the bytes of a progressive photograph. What is left decodes to the same pixels.
// Empty if the file does not lead from marker to marker up to its end mark; it is then for the
// decoder to say what is wrong. Cost: one pass over the bytes, 10 GB/s or so where scans are long.
// Format: ITU-T T.81, B.1 and B.2.
std::vector<std::byte> WithoutDetailScans(std::span<const std::byte> file,
                                          const MeansOnly& means_only);

}  // namespace edgevlm
