#include "model/decoder/qwen2vl.h"

#include "model/decoder/llama.h"

namespace edgevlm {
namespace {

constexpr LlamaTraits kQwen2VlTraits = {.architecture = "qwen2vl",
                                        .pairs = RopePairs::kHalves,
                                        .qkv_bias = BiasRule::kRequired,
                                        .axes = AxisOrder::kRuns};

Result<std::unique_ptr<Decoder>> LoadQwen2Vl(const GgufFile& file, const DecoderOptions& options) {
  return LoadLlama(file, kQwen2VlTraits, options);
}

}  // namespace

const DecoderFamily kQwen2Vl = {.architecture = kQwen2VlTraits.architecture, .load = LoadQwen2Vl};

}  // namespace edgevlm
