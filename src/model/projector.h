// Projector: from the features of the vision encoder to embeddings that the decoder reads.
#pragma once

#include <string>
#include <vector>

#include "image/tiles.h"
#include "model/run.h"
#include "model/workspace.h"
#include "tensor/view.h"

namespace edgevlm {

// How one image stands in a prompt: the tiles that the vision encoder sees of it, and the text
// around them.
struct ImageLayout {
  struct Piece {
    std::string text;  // goes first; may hold the model's control tokens, spelled out
    int tile = -1;     // then the embeddings of this one of grid.images(); -1: none
  };

  TileGrid grid;  // for PreprocessTiles
  std::vector<Piece> pieces;
};

// Threads: const methods from any number of threads, each with its own workspace.
class Projector {
 public:
  virtual ~Projector() = default;

  virtual int inputs() const = 0;   // E
  virtual int outputs() const = 0;  // D

  // The features of one tile that Project takes together; 0: any number.
  virtual int patches() const { return 0; }

  // The embeddings that come of the features of one tile. REQUIRES: as many as places() says.
  virtual int Tokens(int patches) const { return patches; }

  // How an image of this size, in pixels, is shown in at most max_tokens embeddings (0: no limit;
  // one tile is shown in any case).
  virtual ImageLayout Layout(ImageSize image, int max_tokens) const;

  //   features    [n * places, E], of one or several tiles
  //   embeddings  [n * Tokens(places), D]
  // Takes and gives back memory of `workspace` on top of what is held there.
  virtual void Project(View<const float> features, View<float> embeddings, Workspace& workspace,
                       const Run& run) const = 0;
};

}  // namespace edgevlm
