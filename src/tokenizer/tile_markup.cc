#include "tokenizer/tile_markup.h"

#include <string>

#include "base/check.h"

namespace edgevlm {

std::vector<PromptPiece> TileMarkup(int rows, int columns, int first) {
  CHECK(rows >= 0 && columns >= 0 && (rows == 0) == (columns == 0));
  const std::string around = "<fake_token_around_image>";
  std::vector<PromptPiece> pieces;
  std::string markup;
  const auto append_picture = [&] {
    pieces.push_back({.kind = PromptPiece::Kind::kMarkup, .text = markup});
    pieces.push_back({.kind = PromptPiece::Kind::kPicture, .picture = first++});
    markup.clear();
  };
  for (int row = 1; row <= rows; ++row) {
    for (int column = 1; column <= columns; ++column) {
      markup += around + "<row_" + std::to_string(row) + "_col_" + std::to_string(column) + ">";
      append_picture();
    }
    markup += "\n";
  }
  if (rows > 0) markup += "\n";
  markup += around + "<global-img>";
  append_picture();
  pieces.push_back({.kind = PromptPiece::Kind::kMarkup, .text = around});
  return pieces;
}

}  // namespace edgevlm
