#include "model/patch_grid.h"

#include <string>

#include "gguf/names.h"

namespace edgevlm {

PatchGrid ReadPatchGrid(WeightReader& reader) {
  PatchGrid grid;
  grid.image_size = reader.Int(keys::kImageSize, 1, ModelLimits::kImageSize);
  grid.patch_size = reader.Int(keys::kPatchSize, 1, grid.image_size);
  if (grid.patches() > kMaxPatches) {
    reader.Fail({ErrorCode::kTooLarge, "model: key '" + std::string(keys::kPatchSize) +
                                           "': expected at most " + std::to_string(kMaxPatches) +
                                           " patches, found " + std::to_string(grid.patches())});
  }
  return grid;
}

}  // namespace edgevlm
