#include "model/decoder/opt.h"

#include "model/decoder/gpt2.h"

namespace edgevlm {
namespace {

constexpr Gpt2Traits kOptTraits = {
    .architecture = "opt", .activation = Activation::kRelu, .has_fused_qkv = false};

Result<std::unique_ptr<Decoder>> LoadOpt(const GgufFile& file, const DecoderOptions& options) {
  return LoadGpt2(file, kOptTraits, options);
}

}  // namespace

const DecoderFamily kOpt = {.architecture = kOptTraits.architecture, .load = LoadOpt};

}  // namespace edgevlm
