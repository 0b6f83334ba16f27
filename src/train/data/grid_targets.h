// GridTargets: the labels of a scene on the vision encoder's grid, from which the grid heads learn.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "image/preprocess.h"
#include "train/scenes/scene.h"

namespace edgevlm::train {

// One value per cell, row-major [P]; P = grid * grid.
struct GridTargets {
  std::vector<std::int64_t> cover;  // 1 + Thing::name of what covers the cell's center, else 0
  std::vector<std::int64_t> color;  // of what covers the cell, if its name says it, else -1
  // 1 + the digit whose center lies in the cell; in an instrument's center what it shows, see
  // ShownDigit(); -1 where two digits share a cell, or no digit can say it; else 0.
  std::vector<std::int64_t> digit;
  // Of covered cells: how many equal things cover this cell or an earlier one; else 0.
  std::vector<std::int64_t> number;
  std::vector<float> center;  // 1 if a thing's center lies in the cell, else 0
  // [P, 4], of cells with a center: that center within the cell (x, y in [0, 1)), and the thing's
  // width and height relative to the input size; else 0.
  std::vector<float> box;
  // [P, kMaxDigits], of cells that a display covers or that contain the center of one of its
  // digits: 1 + its digits from the left, 0 after the last; else -1. Several digits may share a
  // cell.
  std::vector<std::int64_t> reading;
  // [P, 4], of cells that an instrument covers: its PointersOf(); else 0.
  std::vector<float> pointers;
};

// The hour of a clock, the tens of a gauge, the number of a chart's bars; none from ten upwards,
// and for what has no reading. REQUIRES: an instrument.
std::optional<int> ShownDigit(const Thing& instrument);

// The cell that contains a point of the image, which `letterbox` places in an input of input_size
// pixels per side.
int CellOf(const Point& point, const Letterbox& letterbox, int input_size, int grid);

// grid: cells per side of the input. letterbox, input_size: as in CellOf.
GridTargets TargetsOf(const Scene& scene, const Letterbox& letterbox, int input_size, int grid);

}  // namespace edgevlm::train
