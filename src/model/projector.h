// Projector: maps features of the vision encoder to embeddings for the decoder.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "edgevlm/image_tokens.h"
#include "image/tiles.h"
#include "model/run.h"
#include "model/video_form.h"
#include "model/workspace.h"
#include "tensor/view.h"

namespace edgevlm {

// How one image appears in a prompt: its tiles for the vision encoder, and the text around them.
struct ImageLayout {
  struct Piece {
    std::string text = {};  // comes first; may hold the model's control tokens, spelled out
    int tile = -1;          // followed by embeddings of this one of grid.tiles(); -1: none
    int first_row = 0;      // from this one on,
    int rows = 0;           // so many of them; 0: all, from the first
    int constant = -1;      // followed by this one of Projector::ConstantRows; -1: none

    // Embeddings that follow. tile_tokens: those of a tile.
    int Tokens(int tile_tokens) const {
      return (tile < 0 ? 0 : rows == 0 ? tile_tokens : rows) + (constant < 0 ? 0 : 1);
    }
  };

  TileGrid grid;     // for PreprocessTiles
  TokenGrid tokens;  // of every tile; empty: their positions count on, and Tokens() is their number
  std::vector<Piece> pieces;

  // Embeddings of all pieces.
  int Tokens(int tile_tokens) const {
    int tokens = 0;
    for (const Piece& piece : pieces) tokens += piece.Tokens(tile_tokens);
    return tokens;
  }
};

// Threads: const methods from any number of threads, each with its own workspace.
class Projector {
 public:
  virtual ~Projector() = default;

  virtual int inputs() const = 0;   // E
  virtual int outputs() const = 0;  // D

  // Features per tile that Project needs; 0: any number.
  virtual int patches() const { return 0; }

  // Embeddings per tile for this number of features. REQUIRES: as many as patches() requires.
  virtual int Tokens(int patches) const { return patches; }

  // Whether the embeddings are meant for a decoder in which the tokens of an image attend to each
  // other in both directions (DecoderShape::bidirectional_images).
  virtual bool needs_bidirectional_images() const { return false; }

  // Embeddings that are the same in every image: [n, D], n may be 0. Layouts name them.
  virtual View<const float> ConstantRows() const { return {}; }

  // Whether every embedding is made from all features, so that none stands for a part of the image.
  virtual bool mixes_features() const { return false; }

  // Whether layouts have TokenGrids, whose sides depend on those of the image.
  virtual bool has_token_grid() const { return false; }

  // How frames of a video become images, with which texts around them.
  virtual const VideoForm& video_form() const;

  // Whether an image of this size can be laid out. Errors: kUnsupported.
  virtual MaybeError CheckSize(ImageSize) const { return std::nullopt; }

  // How to split an image into embeddings, as many as the limits ask for; at most max_tokens, but
  // at least one tile in any case. REQUIRES: !CheckSize(image).
  virtual ImageLayout Layout(ImageSize image, const ImageLimits& limits) const;

  //   features    [n * patches, E], of one or several tiles
  //   embeddings  [n * Tokens(patches), D]
  // Uses and releases memory of `workspace` on top of what is allocated there.
  virtual void Project(View<const float> features, View<float> embeddings, Workspace& workspace,
                       const Run& run) const = 0;
};

}  // namespace edgevlm
