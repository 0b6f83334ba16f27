#include "model/decoder/grid_positions.h"

#include <numeric>

#include "gguf/names.h"

namespace edgevlm {
namespace {

// The axis of each turn is i % 3; an axis that has all its pairs leaves its turn to time.
RotaryAxes Interleave(const std::vector<int>& sections, int pairs) {
  RotaryAxes axes;
  for (int i = 0; i < pairs; ++i) {
    const int axis = i % kRotaryAxes;
    axes.push_back(i / kRotaryAxes < sections[static_cast<std::size_t>(axis)] ? axis : 0);
  }
  return axes;
}

RotaryAxes InRuns(const std::vector<int>& sections) {
  RotaryAxes axes;
  for (int axis = 0; axis < kRotaryAxes; ++axis) {
    axes.insert(axes.end(), static_cast<std::size_t>(sections[static_cast<std::size_t>(axis)]),
                axis);
  }
  return axes;
}

}  // namespace

RotaryAxes ReadRotaryAxes(WeightReader& reader, std::string_view architecture, int pairs,
                          AxisOrder order) {
  constexpr std::size_t kSections = 4;  // the last one, of a fourth axis, is 0
  const std::string key = keys::RopeDimensionSections(architecture);
  const std::vector<int> sections = reader.Ints(key, kSections, 0, pairs);
  if (!reader.ok()) return {};
  const int sum = std::accumulate(sections.begin(), sections.end(), 0);
  if (sum != pairs || sections.back() != 0) {
    reader.Fail({ErrorCode::kInvalid, "model: key '" + key + "': expected three sections of " +
                                          std::to_string(pairs) + " pairs in sum, and 0, found " +
                                          std::to_string(sum) + " in sum"});
    return {};
  }
  return order == AxisOrder::kRuns ? InRuns(sections) : Interleave(sections, pairs);
}

std::vector<int> GridPositions(const TokenSpan& span) {
  const TokenGrid& grid = span.grid;
  const int start = span.first_position + span.rotary_shift - span.grid_token;
  std::vector<int> positions;
  positions.reserve(static_cast<std::size_t>(span.rows() * kRotaryAxes));
  for (int token = span.grid_token; token < span.grid_token + span.rows(); ++token) {
    const int frame = token / (grid.rows * grid.cols);
    positions.push_back(start + static_cast<int>(frame * grid.frame_step));
    positions.push_back(start + token / grid.cols % grid.rows);
    positions.push_back(start + token % grid.cols);
  }
  return positions;
}

}  // namespace edgevlm
