// The markup between the tiles of a picture, for the Idefics3 projector (SmolVLM).
#pragma once

#include <vector>

#include "tokenizer/prompt_piece.h"

namespace edgevlm {

// A picture cut into rows x columns tiles, followed by the whole picture made small, as
//   (<fake_token_around_image><row_1_col_1>TILE ... \n)* \n<fake_token_around_image><global-img>
//   WHOLE<fake_token_around_image>
// and one that is not cut (rows and columns 0) as its last line without the line end before it.
// The pictures of the pieces count from `first`: the tiles row by row, the whole picture last.
// REQUIRES: rows, columns >= 0, both or none 0.
std::vector<PromptPiece> TileMarkup(int rows, int columns, int first = 0);

}  // namespace edgevlm
