// PatchGrid: the squares of pixels into which a vision transformer cuts an image.
#pragma once

#include "model/weight_reader.h"

namespace edgevlm {

// The most patches of an image: every one is compared with every other.
inline constexpr int kMaxPatches = 4096;

// Pixels at the right and at the bottom that fill no whole patch are not seen.
struct PatchGrid {
  int image_size = 1;  // S, in pixels
  int patch_size = 1;  // in pixels

  int side() const { return image_size / patch_size; }  // patches
  int patches() const { return side() * side(); }       // P
};

// From the keys. Errors: as WeightReader; kInvalid for a patch larger than the image, kTooLarge
// for more than kMaxPatches.
PatchGrid ReadPatchGrid(WeightReader& reader);

}  // namespace edgevlm
