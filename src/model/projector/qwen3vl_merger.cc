#include "model/projector/qwen3vl_merger.h"

#include "model/projector/patch_merger.h"
#include "model/vision/qwen3vl.h"

namespace edgevlm {
namespace {

constexpr PatchMergerTraits kQwen3VlMergerTraits = {
    .min_pixels = 65536, .max_pixels = 16777216, .video = &kQwen3VlVideo, .has_deepstack = true};

Result<std::unique_ptr<Projector>> LoadQwen3VlMerger(const GgufFile& file, Packing packing) {
  return LoadPatchMerger(file, kQwen3VlMergerTraits, packing);
}

}  // namespace

const ProjectorFamily kQwen3VlMerger = {
    .type = "qwen3vl_merger",
    .load = LoadQwen3VlMerger,
    .vision_encoder = {.family = &kQwen3VlVisionEncoder, .prepare = StretchToTokens}};

}  // namespace edgevlm
