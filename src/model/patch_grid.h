// PatchGrid: the square patches into which a vision transformer divides an image.
#pragma once

#include "model/weight_reader.h"

namespace edgevlm {

// Maximum number of patches of an image: attention compares all pairs.
inline constexpr int kMaxPatches = 4096;

// Pixels at the right and the bottom that fill no whole patch are ignored.
struct PatchGrid {
  int image_size = 1;  // S, in pixels
  int patch_size = 1;  // in pixels

  int side() const { return image_size / patch_size; }  // patches
  int patches() const { return side() * side(); }       // P
};

// Reads the keys. Errors: as WeightReader; kInvalid for a patch larger than the image, kTooLarge
// for more than kMaxPatches.
PatchGrid ReadPatchGrid(WeightReader& reader);

}  // namespace edgevlm
