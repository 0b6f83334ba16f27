// PackedSizes: the layout of image tokens and text tokens in the rows of one matrix.
#pragma once

namespace edgevlm::train {

// The rows are all image tokens [B*P], then all text tokens [B*M*L].
struct PackedSizes {
  int images = 0;  // B
  int cells = 0;   // P, image tokens of one image
  int rows = 0;    // M, text rows of one image
  int length = 0;  // L, tokens of a row
  int heads = 0;   // H

  int CellRows() const { return images * cells; }
  int AllRows() const { return CellRows() + images * rows * length; }
};

}  // namespace edgevlm::train
