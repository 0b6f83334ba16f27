// Input: rows to add to a sequence, and a cursor that cuts inputs into chunks.
#pragma once

#include <cstddef>
#include <span>

#include "edgevlm/image_tokens.h"
#include "tensor/view.h"

namespace edgevlm {

// Token ids, or embeddings [T, D] instead: tokens [grid_token, grid_token + T) of a grid, or
// without one.
struct Input {
  std::span<const int> tokens = {};
  View<const float> embeddings = {};
  TokenGrid grid = {};
  int grid_token = 0;
  // The rows attend to each other in both directions, as those of an image do in some decoders:
  // they go through the decoder in one pass.
  bool is_bidirectional = false;

  int rows() const { return tokens.empty() ? embeddings.rows : static_cast<int>(tokens.size()); }

  // REQUIRES: 0 <= first, 0 <= count, first + count <= rows().
  Input Rows(int first, int count) const;
};

// Reads inputs from first to last, a few rows at a time. The inputs and what they view must outlive
// it.
class InputCursor {
 public:
  explicit InputCursor(std::span<const Input> inputs);

  // Remaining rows.
  int rows() const { return rows_; }

  // The next rows, at least one and at most `max_rows`, of one input; a bidirectional one as a
  // whole, even if it has more. REQUIRES: rows() > 0, max_rows > 0.
  Input Next(int max_rows);

 private:
  std::span<const Input> inputs_;  // the first one is consumed up to begin_
  int begin_ = 0;
  int rows_ = 0;
};

}  // namespace edgevlm
