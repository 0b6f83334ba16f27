#include "decode/input.h"

#include <algorithm>

#include "base/check.h"

namespace edgevlm {

Input Input::Rows(int first, int count) const {
  if (tokens.empty()) {
    return {.embeddings = embeddings.Rows(first, count),
            .grid = grid,
            .grid_token = grid_token + first,
            .is_bidirectional = is_bidirectional};
  }
  return {.tokens =
              tokens.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count))};
}

InputCursor::InputCursor(std::span<const Input> inputs) : inputs_(inputs) {
  for (const Input& input : inputs) rows_ += input.rows();
}

Input InputCursor::Next(int max_rows) {
  CHECK(rows_ > 0 && max_rows > 0);
  while (begin_ == inputs_.front().rows()) {
    inputs_ = inputs_.subspan(1);
    begin_ = 0;
  }
  const int rest = inputs_.front().rows() - begin_;
  const int count = inputs_.front().is_bidirectional ? rest : std::min(max_rows, rest);
  const Input next = inputs_.front().Rows(begin_, count);
  begin_ += count;
  rows_ -= count;
  return next;
}

}  // namespace edgevlm
