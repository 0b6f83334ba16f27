#include "model/vision/qwen25vl.h"

#include "model/vision/grid_vit.h"

namespace edgevlm {
namespace {

constexpr GridVitTraits kQwen25VlVitTraits = {
    .has_rms_norms = true, .has_gated_mlp = true, .has_windows = true};

Result<std::unique_ptr<VisionEncoder>> LoadQwen25VlVit(const GgufFile& file,
                                                       const VisionEncoderUse& use,
                                                       const VisionEncoderOptions& options) {
  return LoadGridVit(file, kQwen25VlVitTraits, use, options);
}

}  // namespace

const VisionFamily kQwen25VlVisionEncoder = {.encoder = "qwen25vl", .load = LoadQwen25VlVit};

}  // namespace edgevlm
