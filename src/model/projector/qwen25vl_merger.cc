#include "model/projector/qwen25vl_merger.h"

#include "model/projector/patch_merger.h"
#include "model/vision/qwen25vl.h"

namespace edgevlm {
namespace {

constexpr PatchMergerTraits kQwen25VlMergerTraits = {
    .min_pixels = 4 * 28 * 28, .max_pixels = 16384 * 28 * 28, .video = &kQwen25VlVideo};

Result<std::unique_ptr<Projector>> LoadQwen25VlMerger(const GgufFile& file, Packing packing) {
  return LoadPatchMerger(file, kQwen25VlMergerTraits, packing);
}

}  // namespace

const ProjectorFamily kQwen25VlMerger = {
    .type = "qwen2.5vl_merger",
    .load = LoadQwen25VlMerger,
    .vision_encoder = {.family = &kQwen25VlVisionEncoder, .prepare = StretchToTokens}};

}  // namespace edgevlm
