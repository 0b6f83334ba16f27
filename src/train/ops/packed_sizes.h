// How pictures and the texts about them share the rows of one matrix.
#pragma once

namespace edgevlm::train {

// The rows that attention works on: all picture tokens [B*P], then all text tokens [B*M*L].
struct PackedSizes {
  int pictures = 0;  // B
  int cells = 0;     // P, picture tokens of one picture
  int rows = 0;      // M, text rows of one picture
  int length = 0;    // L, tokens of a row
  int heads = 0;     // H

  int CellRows() const { return pictures * cells; }
  int AllRows() const { return CellRows() + pictures * rows * length; }
};

}  // namespace edgevlm::train
