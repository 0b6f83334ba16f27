#include "model/patch_grid.h"

#include "gguf/names.h"

namespace edgevlm {

PatchGrid ReadPatchGrid(WeightReader& reader) {
  PatchGrid grid;
  grid.image_size = reader.Int(keys::kImageSize, 1, ModelLimits::kImageSize);
  grid.patch_size = reader.Int(keys::kPatchSize, 1, grid.image_size);
  return grid;
}

}  // namespace edgevlm
