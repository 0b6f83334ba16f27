#include "engine/reply.h"

#include <algorithm>
#include <utility>

namespace edgevlm {

void Describe(Generation generation, const Sequence& sequence, const Model& model, Reply& reply) {
  reply.text = std::move(generation.text);
  reply.finish_reason = generation.finish_reason;
  reply.reply_tokens = static_cast<int>(generation.tokens.size());
  reply.early_tokens = generation.early_tokens;
  reply.blocks_per_token = static_cast<double>(generation.blocks) / std::max(reply.reply_tokens, 1);
  reply.drafted_tokens = generation.drafted_tokens;
  reply.accepted_tokens = generation.accepted_tokens;
  reply.seed = generation.seed;
  const CacheOptions& cache = sequence.cache().shape().options;
  reply.cache = CacheText(cache);
  reply.cache_is_moved = cache != model.cache;
  reply.cache_bytes = static_cast<std::int64_t>(sequence.cache().bytes());
  reply.decode_threads = model.DecoderTeams(nullptr).few.pool.threads();
}

}  // namespace edgevlm
