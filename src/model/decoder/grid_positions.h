// Rotary positions on three axes: time, row and column (Wang et al. 2024, "Qwen2-VL", M-RoPE). In
// text all three are equal, so that it is rotated as by RoPE.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/decoder.h"
#include "model/weight_reader.h"

namespace edgevlm {

inline constexpr int kRotaryAxes = 3;

// Which axis's position rotates each pair of a head's values: [r / 2], 0 to 2.
using RotaryAxes = std::vector<int>;

// How the pairs are divided among the axes, which have sections[0], [1] and [2] of them.
//   kRuns:        all of time, then all of the rows, then all of the columns
//   kInterleaved: time, row, column, time, ...; once an axis has its pairs, time has its turns
enum class AxisOrder { kRuns, kInterleaved };

// Reads `architecture`.rope.dimension_sections. Errors stay in the reader: kInvalid for sections
// that do not add up to `pairs`.
RotaryAxes ReadRotaryAxes(WeightReader& reader, std::string_view architecture, int pairs,
                          AxisOrder order);

// The positions of a span of tokens of a grid: [T, kRotaryAxes]. REQUIRES: !span.grid.empty().
std::vector<int> GridPositions(const TokenSpan& span);

}  // namespace edgevlm
