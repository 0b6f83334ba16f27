#include "model/projector/qwen2vl_merger.h"

#include "model/projector/patch_merger.h"
#include "model/vision/qwen2vl.h"

namespace edgevlm {
namespace {

constexpr PatchMergerTraits kQwen2VlMergerTraits = {
    .min_pixels = 4 * 28 * 28, .max_pixels = 16384 * 28 * 28, .video = &kQwen2VlVideo};

Result<std::unique_ptr<Projector>> LoadQwen2VlMerger(const GgufFile& file, Packing packing) {
  return LoadPatchMerger(file, kQwen2VlMergerTraits, packing);
}

}  // namespace

const ProjectorFamily kQwen2VlMerger = {
    .type = "qwen2vl_merger",
    .load = LoadQwen2VlMerger,
    .vision_encoder = {.family = &kQwen2VlVisionEncoder, .prepare = StretchToTokens}};

}  // namespace edgevlm
