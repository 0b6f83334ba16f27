#include "engine/reply.h"

#include <algorithm>
#include <utility>

namespace edgevlm {

void Describe(GenerationResult result, const Sequence& sequence, const Model& model, Reply& reply) {
  reply.text = std::move(result.text);
  reply.finish_reason = result.finish_reason;
  reply.reply_tokens = static_cast<int>(result.tokens.size());
  reply.early_tokens = result.early_tokens;
  reply.blocks_per_token = static_cast<double>(result.blocks) / std::max(reply.reply_tokens, 1);
  reply.drafted_tokens = result.drafted_tokens;
  reply.accepted_tokens = result.accepted_tokens;
  reply.seed = result.seed;
  const CacheOptions& cache = sequence.cache().shape().options;
  reply.cache = CacheText(cache);
  reply.cache_is_moved = cache != model.cache;
  reply.cache_bytes = static_cast<std::int64_t>(sequence.cache().bytes());
  reply.decode_threads = model.DecoderThreadGroups(nullptr).few.pool.threads();
}

}  // namespace edgevlm
