#include "model/vision/qwen2vl.h"

#include "model/vision/grid_vit.h"

namespace edgevlm {
namespace {

constexpr GridVitTraits kQwen2VlVitTraits = {};

Result<std::unique_ptr<VisionEncoder>> LoadQwen2VlVit(const GgufFile& file,
                                                      const VisionEncoderUse& use,
                                                      const VisionEncoderOptions& options) {
  return LoadGridVit(file, kQwen2VlVitTraits, use, options);
}

}  // namespace

const VisionFamily kQwen2VlVisionEncoder = {.encoder = "qwen2vl", .load = LoadQwen2VlVit};

}  // namespace edgevlm
