// TileMemory: the tiles of the last image and their embeddings, for an image that differs in some
// of them: that of a camera that stands still.
#pragma once

#include <mutex>
#include <vector>

#include "image/preprocess.h"
#include "model/workspace.h"

namespace edgevlm {

// A tolerance of values from 0 to 255 as one of what the vision encoder reads.
float NormalizedTolerance(const Preprocessing& preprocessing, double tolerance);

// Threads: any number; what one thread keeps, another may find. Memory: pixels and embeddings of
// one image.
class TileMemory {
 public:
  // tolerance: how much a tile may differ, as the mean of the absolute differences of its values,
  // which are normalized; 0: not at all.
  explicit TileMemory(float tolerance) : tolerance_(tolerance) {}

  // Which of the tiles of an image are not those of the last one at their place; the embeddings of
  // the others are written.
  //   pixels      [tiles * cells, 3]
  //   embeddings  [tiles * tokens, D]
  std::vector<bool> Recall(int tiles, View<const float> pixels, View<float> embeddings) const;

  // Keeps those tiles, now encoded, in place of the last image's. The others stay as they were
  // encoded: small changes add up, and are seen in the end.
  void Keep(const std::vector<bool>& encoded, View<const float> pixels,
            View<const float> embeddings);

 private:
  struct Tile {
    std::vector<float> pixels;
    std::vector<float> embeddings;
  };

  bool IsAlike(const Tile& tile, View<const float> pixels) const;

  const float tolerance_;
  mutable std::mutex mutex_;
  std::vector<Tile> tiles_;
};

}  // namespace edgevlm
