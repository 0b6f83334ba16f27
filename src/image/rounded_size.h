// The input size of vision encoders that take images of any size: that of the image, rounded to
// whole tokens.
#pragma once

#include "image/image.h"

namespace edgevlm {

// Sides are multiples of `multiple` pixels; a cell is a square of that side, one token.
struct SizeRule {
  int multiple = 1;
  int min_cells = 1;
  int max_cells = 1;  // wins over min_cells where no size fits both
};

// Longer sides than this many times the shorter are of no use: the models reject them.
inline constexpr int kMaxAspectRatio = 200;

// Rounds each side to the nearest multiple, ties to even. Where that gives too many cells or too
// few, both sides are scaled alike and rounded down, or up ("smart_resize" of Qwen2-VL, Wang et al.
// 2024). REQUIRES: sides >= 1, and at most kMaxAspectRatio apart; 1 <= min_cells, max_cells.
ImageSize RoundedSize(ImageSize image, const SizeRule& rule);

}  // namespace edgevlm
