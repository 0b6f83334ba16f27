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

MergedPatches ReadMergedPatches(WeightReader& reader) {
  constexpr int kUsualSide = 2, kMaxSide = 8;
  MergedPatches patches;
  patches.patch_size = reader.Int(keys::kPatchSize, 1, ModelLimits::kImageSize / kMaxSide);
  patches.side = reader.file().HasKey(keys::kSpatialMergeSize)
                     ? reader.Int(keys::kSpatialMergeSize, 1, kMaxSide)
                     : kUsualSide;
  return patches;
}

std::vector<int> ReadDeepstackBlocks(WeightReader& reader) {
  const int blocks = reader.Int(keys::kVisionBlockCount, 1, ModelLimits::kBlocks);
  std::vector<bool> marks;
  if (reader.file().HasKey(keys::kDeepstackLayers)) {
    marks = reader.Bools(keys::kDeepstackLayers, static_cast<std::size_t>(blocks));
  }
  std::vector<int> deepstack;
  for (int block = 0; block < blocks && reader.ok(); ++block) {
    const bool is_one =
        marks.empty()
            ? reader.file().HasTensor(modules::Weight(modules::DeepstackMerger(block, "fc1")))
            : marks[static_cast<std::size_t>(block)];
    if (is_one) deepstack.push_back(block);
  }
  return deepstack;
}

}  // namespace edgevlm
