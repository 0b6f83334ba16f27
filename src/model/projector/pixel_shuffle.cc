#include "model/projector/pixel_shuffle.h"

#include <algorithm>

#include "kernels/row_chunks.h"

namespace edgevlm {

void PixelShuffle(View<const float> features, int side, int scale, View<float> wide,
                  const Run& run) {
  PROFILE_ZONE(run.profiler, "multi_modal_projector.shuffle");
  CHECK(side % scale == 0 && features.rows == wide.rows * scale * scale);
  const int side_out = side / scale;
  ForRows(wide.rows, wide.cols, run.pool, [&](int i) {
    float* to = wide.Row(i).data();
    // Images are stacked vertically, so patch rows are counted across all of them.
    const int first = i / side_out * scale * side + i % side_out * scale;
    for (int dy = 0; dy < scale; ++dy) {
      for (int dx = 0; dx < scale; ++dx) {
        to = std::ranges::copy(features.Row(first + dy * side + dx), to).out;
      }
    }
  });
}

}  // namespace edgevlm
