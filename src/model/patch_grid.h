// PatchGrid: the square patches into which a vision transformer divides an image.
#pragma once

#include <vector>

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

// Patches that a merger joins, side x side of them, to one token of the decoder.
struct MergedPatches {
  int patch_size = 1;  // in pixels
  int side = 1;        // of a token, in patches

  int token_side() const { return patch_size * side; }  // in pixels
};

// Reads the keys; without clip.vision.spatial_merge_size, a token is 2 x 2 patches. Errors: as
// WeightReader.
MergedPatches ReadMergedPatches(WeightReader& reader);

// The blocks of a vision transformer whose outputs become features of their own beside those of
// the last block ("DeepStack", Meng et al. 2024), increasing: those that clip.vision.
// is_deepstack_layers marks, or else for which the file has a merger. Errors: as WeightReader.
std::vector<int> ReadDeepstackBlocks(WeightReader& reader);

}  // namespace edgevlm
