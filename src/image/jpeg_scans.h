// Removes the scans of a progressive JPEG that decoding at a small scale does not need.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace edgevlm {

// For every component identifier of a JPEG: whether only its block means (DC coefficients) are
// needed. At 1/8 scale a pixel is the mean of a block.
using MeansOnly = std::array<bool, 256>;

// The file without the scans that hold only AC coefficients of such components. These are most of
// the bytes of a progressive photograph. The rest decodes to the same pixels. Empty if the file is
// not a valid sequence of markers up to the end marker; the decoder then reports the error. Cost:
// one pass over the bytes, about 10 GB/s if scans are long. Format: ITU-T T.81, B.1 and B.2.
std::vector<std::byte> WithoutDetailScans(std::span<const std::byte> file,
                                          const MeansOnly& means_only);

}  // namespace edgevlm
