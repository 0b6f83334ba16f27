#include "model/vision/interpolate_positions.h"

#include <algorithm>

namespace edgevlm {
namespace {

// Two neighbors in the table, and the weight of the second.
struct Neighbors {
  int first = 0;
  int second = 0;
  float weight = 0;
};

Neighbors NeighborsOf(int place, int places, int side) {
  const float at = places == 1 ? 0.0f
                               : static_cast<float>(place) * static_cast<float>(side - 1) /
                                     static_cast<float>(places - 1);
  const int first = std::min(static_cast<int>(at), side - 1);
  return {first, std::min(first + 1, side - 1), at - static_cast<float>(first)};
}

}  // namespace

void InterpolatePositions(View<const float> table, int side, ImageSize size,
                          const PatchOrder& order, View<float> y) {
  for (int i = 0; i < y.rows; ++i) {
    const PatchOrder::Place place = order.patches[static_cast<std::size_t>(i)];
    const Neighbors row = NeighborsOf(place.row, size.height, side);
    const Neighbors col = NeighborsOf(place.col, size.width, side);
    const float* const corners[4] = {table.Row(row.first * side + col.first).data(),
                                     table.Row(row.first * side + col.second).data(),
                                     table.Row(row.second * side + col.first).data(),
                                     table.Row(row.second * side + col.second).data()};
    const float weights[4] = {(1 - row.weight) * (1 - col.weight), (1 - row.weight) * col.weight,
                              row.weight * (1 - col.weight), row.weight * col.weight};
    float* const out = y.Row(i).data();
    for (int c = 0; c < y.cols; ++c) {
      out[c] = weights[0] * corners[0][c] + weights[1] * corners[1][c] +
               weights[2] * corners[2][c] + weights[3] * corners[3][c];
    }
  }
}

}  // namespace edgevlm
