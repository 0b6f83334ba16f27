// PatchGrid: the squares of pixels into which a vision transformer cuts a picture.
#pragma once

#include "model/weight_reader.h"

namespace edgevlm {

// Pixels at the right and at the bottom that fill no whole patch are not seen.
struct PatchGrid {
  int image_size = 1;  // S, in pixels
  int patch_size = 1;  // in pixels

  int side() const { return image_size / patch_size; }  // patches
  int patches() const { return side() * side(); }       // P
};

// From the keys. Errors: as WeightReader; kInvalid for a patch larger than the picture.
PatchGrid ReadPatchGrid(WeightReader& reader);

}  // namespace edgevlm
