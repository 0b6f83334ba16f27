// The order in which a vision transformer reads the patches of an image, if a merger makes a token
// of each square of neighbors.
#pragma once

#include <vector>

namespace edgevlm {

struct PatchOrder {
  struct Place {
    int row = 0;
    int col = 0;
  };

  // [P]: token by token, the patches of each row by row. The tokens are in the order of the image,
  // or window by window.
  std::vector<Place> patches;
  // [P / side^2]: where each token is in the image, counted row by row.
  std::vector<int> tokens;
  // Where each window ends in `patches`; without windows, the only one is the image.
  std::vector<int> window_ends;
};

// For rows x cols patches, side x side of which become a token.
//   window  the tokens along a side of a window; those at the edges are smaller. 0: none
// REQUIRES: side >= 1 divides rows and cols, both >= 1; window >= 0.
PatchOrder OrderPatches(int rows, int cols, int side, int window);

}  // namespace edgevlm
