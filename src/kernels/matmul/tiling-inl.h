// What all matrix products have in common: passes over rows, the choice of a tile function, and the
// epilogue that turns a tile's sums into outputs. For Highway sources.
#if defined(EDGEVLM_KERNELS_MATMUL_TILING_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_MATMUL_TILING_INL_H_
#undef EDGEVLM_KERNELS_MATMUL_TILING_INL_H_
#else
#define EDGEVLM_KERNELS_MATMUL_TILING_INL_H_
#endif

#include <algorithm>

#include "kernels/activation/activation-inl.h"
#include "kernels/matmul/matmul_part.h"
#include "tensor/view.h"
#include "tensor/weight.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {

// A whole cut into parts of nearly equal size: 13 rows in 3 parts are 5 + 4 + 4.
struct Parts {
  int whole;
  int count;

  int First(int part) const { return whole / count * part + std::min(part, whole % count); }
  int Size(int part) const { return First(part + 1) - First(part); }
  int Largest() const { return Size(0); }
  // The first part after this one that is smaller.
  int EndOfSize(int part) const { return part < whole % count ? whole % count : count; }
};

HWY_INLINE Parts PartsOfAtMost(int most, int whole) { return {whole, (whole + most - 1) / most}; }

// Calls run(rows, row, panel, panels) so that every row and panel of the part is in exactly one
// call. Rows are split into passes of at most rows_per_pass, and each pass into the tiles `rows`,
// of at most max_rows each, that start at `row`. All passes but the last have equally many full
// tiles. `panels` is a power of two and at most max_panels(rows of the largest tile).
template <class MaxPanels, class Run>
HWY_INLINE void ForPasses(const MatMulPart& part, int rows_per_pass, int max_rows,
                          const MaxPanels& max_panels, const Run& run) {
  const int all_rows = part.last_row - part.first_row;
  if (all_rows <= 0) return;
  const int tiles = (all_rows + max_rows - 1) / max_rows;
  const Parts passes = PartsOfAtMost((rows_per_pass + max_rows - 1) / max_rows, tiles);
  for (int pass = 0; pass < passes.count; ++pass) {
    const int first = passes.First(pass) * max_rows;
    const int count = std::min(passes.Size(pass) * max_rows, all_rows - first);
    const Parts rows = PartsOfAtMost(max_rows, count);
    int panels = max_panels(rows.Largest());
    for (int panel = part.first_panel; panel < part.last_panel; panel += panels) {
      while (panels > part.last_panel - panel) panels /= 2;
      run(rows, part.first_row + first, panel, panels);
    }
  }
}

// The function that computes a tile of `rows` rows, kMinRows to kRows, and at most `width` columns
// of outputs, a power of two. Tiles has
//   Function              the type: a pointer to such a function
//   MaxWidth(rows)       the widest tile with that many rows, a power of two
//   Of<kRows, kWidth>()   the function for a tile of that size
template <class Tiles, int kRows, int kWidth = Tiles::MaxWidth(kRows)>
typename Tiles::Function TileOfRows(int width) {
  if constexpr (kWidth > 1) {
    if (width < kWidth) return TileOfRows<Tiles, kRows, kWidth / 2>(width);
  }
  return Tiles::template Of<kRows, kWidth>();
}
template <class Tiles, int kRows, int kMinRows = 1>
typename Tiles::Function TileOf(int rows, int width) {
  if constexpr (kRows > kMinRows) {
    if (rows < kRows) return TileOf<Tiles, kRows - 1, kMinRows>(rows, width);
  }
  return TileOfRows<Tiles, kRows>(width);
}

// A tile of y: rows [row, row + rows) of panels [panel, panel + panels).
struct Area {
  int row;
  int rows;
  int panel;
  int panels;
};

// y = epilogue(sums).
//   sums  [rows, stride] of the area; only the first panels * kPanelWidth columns are read
HWY_INLINE void ApplyEpilogue(const Epilogue& epilogue, const Area& area, const float* sums,
                              int stride, View<float> y) {
  const int first = area.panel * Weight::kPanelWidth;
  const int outputs = std::min(area.panels * Weight::kPanelWidth, y.cols - first);
  for (int row = area.row; row < area.row + area.rows; ++row) {
    ApplyEpilogueToRow(sums, epilogue.Row(row, first), y.Row(row).data() + first, outputs);
    sums += stride;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#endif
