// What products of all kinds share: passes over rows, the choice of a tile, and its end, from sums
// to outputs. For Highway sources.
#if defined(EDGEVLM_KERNELS_MATMUL_FINISH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_MATMUL_FINISH_INL_H_
#undef EDGEVLM_KERNELS_MATMUL_FINISH_INL_H_
#else
#define EDGEVLM_KERNELS_MATMUL_FINISH_INL_H_
#endif

#include <algorithm>

#include "kernels/activation/activation-inl.h"
#include "kernels/matmul/matmul.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {

// Parts of a whole as equal as can be: 13 rows in 3 parts are 5 + 4 + 4.
struct Parts {
  int whole;
  int count;

  int Begin(int part) const { return whole / count * part + std::min(part, whole % count); }
  int Size(int part) const { return Begin(part + 1) - Begin(part); }
  int Largest() const { return Size(0); }
  // The first part after this one that is smaller.
  int EndOfSize(int part) const { return part < whole % count ? whole % count : count; }
};

HWY_INLINE Parts PartsOfAtMost(int most, int whole) { return {whole, (whole + most - 1) / most}; }

// Calls run(rows, row, panel, panels) so that every row and panel of the part is in one call:
// passes over at most most_rows rows, tiles `rows` of at most max_rows from `row` on in each. A
// pass has as many whole tiles as the others, but for the last one. A power of two of panels at
// once, at most most_panels(rows of a tile).
template <class MostPanels, class Run>
HWY_INLINE void ForPasses(const MatMulPart& part, int most_rows, int max_rows,
                          const MostPanels& most_panels, const Run& run) {
  const int all_rows = part.last_row - part.first_row;
  if (all_rows <= 0) return;
  const int tiles = (all_rows + max_rows - 1) / max_rows;
  const Parts passes = PartsOfAtMost((most_rows + max_rows - 1) / max_rows, tiles);
  for (int pass = 0; pass < passes.count; ++pass) {
    const int first = passes.Begin(pass) * max_rows;
    const int count = std::min(passes.Size(pass) * max_rows, all_rows - first);
    const Parts rows = PartsOfAtMost(max_rows, count);
    int panels = most_panels(rows.Largest());
    for (int panel = part.first_panel; panel < part.last_panel; panel += panels) {
      while (panels > part.last_panel - panel) panels /= 2;
      run(rows, part.first_row + first, panel, panels);
    }
  }
}

// The function for tiles of so many rows, kFewest to kRows, and at most `width` columns of outputs,
// a power of two. Tiles has
//   Function              a pointer to such a function
//   MostWidth(rows)       the widest tile of so many rows, a power of two
//   Of<kRows, kWidth>()   its function for such a tile
template <class Tiles, int kRows, int kWidth = Tiles::MostWidth(kRows)>
typename Tiles::Function TileOfRows(int width) {
  if constexpr (kWidth > 1) {
    if (width < kWidth) return TileOfRows<Tiles, kRows, kWidth / 2>(width);
  }
  return Tiles::template Of<kRows, kWidth>();
}
template <class Tiles, int kRows, int kFewest = 1>
typename Tiles::Function TileOf(int rows, int width) {
  if constexpr (kRows > kFewest) {
    if (rows < kRows) return TileOf<Tiles, kRows - 1, kFewest>(rows, width);
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
//   sums  [rows, stride] of the area, of which the first panels * kPanelWidth columns count
HWY_INLINE void Finish(const Epilogue& epilogue, const Area& area, const float* sums, int stride,
                       View<float> y) {
  const int first = area.panel * Weight::kPanelWidth;
  const int outputs = std::min(area.panels * Weight::kPanelWidth, y.cols - first);
  for (int row = area.row; row < area.row + area.rows; ++row) {
    FinishRow(sums, epilogue.Row(row, first), y.Row(row).data() + first, outputs);
    sums += stride;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#endif
