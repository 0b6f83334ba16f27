#include "model/decoder/qwen3vl.h"

#include "model/decoder/llama.h"

namespace edgevlm {
namespace {

constexpr LlamaTraits kQwen3VlTraits = {.architecture = "qwen3vl",
                                        .pairs = RopePairs::kHalves,
                                        .qkv_bias = BiasRule::kOptional,
                                        .has_head_norms = true,
                                        .axes = AxisOrder::kInterleaved};

Result<std::unique_ptr<Decoder>> LoadQwen3Vl(const GgufFile& file, const DecoderOptions& options) {
  return LoadLlama(file, kQwen3VlTraits, options);
}

}  // namespace

const DecoderFamily kQwen3Vl = {.architecture = kQwen3VlTraits.architecture, .load = LoadQwen3Vl};

}  // namespace edgevlm
