// Weight reading that projectors share.
#pragma once

#include <string_view>
#include <vector>

#include "model/weight_reader.h"

namespace edgevlm {

// Patches along a side of the vision encoder's input, a multiple of `divisor`. A failure names
// `key`.
int ReadSideDividedBy(WeightReader& reader, int divisor, std::string_view key);

// E * s * s, the width of s x s patches of width E side by side; 1 after a failure.
int ReadShuffledWidth(WeightReader& reader, int width, int scale);

// The MLP of MobileVLM's projectors, [D, E] and [D, D], its widths taken from the first.
struct LdpMlpSizes {
  int inputs = 1;   // E
  int outputs = 1;  // D
};
LdpMlpSizes ReadLdpMlpSizes(WeightReader& reader, int first);

// PackDepthwise of the module's weight, [C, 1, 3, 3] or, in files that drop extents of 1,
// [C, 3, 3].
std::vector<float> ReadDepthwise(WeightReader& reader, std::string_view module, int channels);

}  // namespace edgevlm
