#include "model/decoder/phi3.h"

#include "model/decoder/llama.h"

namespace edgevlm {
namespace {

constexpr LlamaTraits kPhi3Traits = {.architecture = "phi3",
                                     .pairs = RopePairs::kHalves,
                                     .qkv_bias = BiasRule::kNone,
                                     .is_fused = true,
                                     .has_long_sequences = true};

Result<std::unique_ptr<Decoder>> LoadPhi3(const GgufFile& file, const DecoderOptions& options) {
  return LoadLlama(file, kPhi3Traits, options);
}

}  // namespace

const DecoderFamily kPhi3 = {.architecture = kPhi3Traits.architecture, .load = LoadPhi3};

}  // namespace edgevlm
