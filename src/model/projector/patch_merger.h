// PatchMerger: the projector of vision encoders that take images of any size. An MLP reads the
// features of a square of patches side by side and makes them one token (Wang et al. 2024,
// "Qwen2-VL").
#pragma once

#include <optional>
#include <vector>

#include "image/rounded_size.h"
#include "model/family.h"
#include "model/layers.h"
#include "model/patch_grid.h"
#include "model/video_form.h"

namespace edgevlm {

// Tokens of an image at most, whatever is asked for: the memory for its activations then stays
// below a GB. The models themselves go up to 16384.
inline constexpr int kMaxGridTokens = 4096;

// The differences between these projectors.
struct PatchMergerTraits {
  // Pixels of an image that the models were trained with, where the file does not say.
  long long min_pixels = 0;
  long long max_pixels = 0;
  const VideoForm* video = nullptr;
  bool has_deepstack = false;  // with a merger for the outputs of each of some earlier blocks
};

// Reads mm.0, mm.2 and v.deepstack.*. A token's embeddings are those of all mergers side by side,
// [(1 + L) * D]. Errors: as LoadProjector.
Result<std::unique_ptr<Projector>> LoadPatchMerger(const GgufFile& file,
                                                   const PatchMergerTraits& traits,
                                                   Packing packing);

// The image is stretched to its new size (bicubic).
void StretchToTokens(WeightReader& reader, Preprocessing& preprocessing);

}  // namespace edgevlm
