#include "model/decoder/qwen2.h"

#include "model/decoder/llama.h"

namespace edgevlm {
namespace {

constexpr LlamaTraits kTraits = {
    .architecture = "qwen2", .pairs = RopePairs::kHalves, .qkv_bias = BiasRule::kRequired};

Result<std::unique_ptr<Decoder>> LoadQwen2(const GgufFile& file, const DecoderOptions& options) {
  return LoadLlama(file, kTraits, options);
}

}  // namespace

const DecoderFamily kQwen2 = {.architecture = kTraits.architecture, .load = LoadQwen2};

}  // namespace edgevlm
