// MatMulPart: the block of one matrix product that one call of a kernel computes.
#pragma once

namespace edgevlm {

// Rows [first_row, last_row) of the activations times panels [first_panel, last_panel) of the
// weight.
struct MatMulPart {
  int first_row = 0;
  int last_row = 0;
  int first_panel = 0;
  int last_panel = 0;
};

}  // namespace edgevlm
