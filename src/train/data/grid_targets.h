// What a scene puts on each cell of the vision encoder's grid: the answers that the grid heads
// learn.
#pragma once

#include <cstdint>
#include <vector>

#include "image/preprocess.h"
#include "train/scenes/scene.h"

namespace edgevlm::train {

// One value per cell, row-major [P]; P = grid * grid.
struct GridTargets {
  std::vector<std::int64_t> cover;   // 1 + Thing::name of what lies over the cell's middle, else 0
  std::vector<std::int64_t> color;   // of the shape or display that covers it, else -1
  std::vector<std::int64_t> digit;   // 1 + digit whose center lies in the cell, else 0
  std::vector<std::int64_t> number;  // of covered cells: how many things equal to the one there
                                     // cover this cell or one before it; else 0
  std::vector<float> center;         // 1 where a thing's center lies in the cell, else 0
  std::vector<float> place;  // [P, 4] there: the center inside the cell (x, y in [0, 1)), the
                             // thing's width and height as parts of the square; else 0
};

// The cell in which a point of the image lies, in the square into which `letterbox` fits it.
int CellOf(const Point& point, const Letterbox& letterbox, int square, int grid);

// grid: cells on a side of the square into which `letterbox` fits the image of side `square`.
GridTargets TargetsOf(const Scene& scene, const Letterbox& letterbox, int square, int grid);

}  // namespace edgevlm::train
