#include "model/vision/qwen3vl.h"

#include "model/vision/grid_vit.h"

namespace edgevlm {
namespace {

constexpr GridVitTraits kQwen3VlVitTraits = {
    .has_fused_qkv = true, .has_positions = true, .has_deepstack = true};

Result<std::unique_ptr<VisionEncoder>> LoadQwen3VlVit(const GgufFile& file,
                                                      const VisionEncoderUse& use,
                                                      const VisionEncoderOptions& options) {
  return LoadGridVit(file, kQwen3VlVitTraits, use, options);
}

}  // namespace

const VisionFamily kQwen3VlVisionEncoder = {.encoder = "qwen3vl", .load = LoadQwen3VlVit};

}  // namespace edgevlm
