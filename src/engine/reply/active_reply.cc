#include "engine/reply/active_reply.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/prompt/prompt_style.h"
#include "engine/reply/prefix.h"

namespace edgevlm {
namespace {

// Adds the stop strings of the model's prompt style.
DecodeOptions WithStops(const DecodeOptions& options, const Model& model) {
  DecodeOptions all = options;
  const auto stops = model.style->stops();
  all.stop.insert(all.stop.end(), stops.begin(), stops.end());
  return all;
}

Speculation* Begun(Speculation* speculation, const Prompt& prompt) {
  if (speculation != nullptr) speculation->StartReply(prompt.Tokens());
  return speculation;
}

}  // namespace

ActiveReply::ActiveReply(const EngineState& engine, const Prompt& prompt, int reused_rows,
                         Sequence& sequence, const DecodeOptions& options, OnText on_text,
                         Speculation* speculation)
    : engine_(engine),
      prompt_(prompt),
      reused_rows_(reused_rows),
      sequence_(sequence),
      generation_(sequence, prompt.InputsFrom(reused_rows),
                  {.tokenizer = engine.model.tokenizer,
                   .ends = engine.model.tokenizer.ends(),
                   .continues = prompt.ends_in_reply()},
                  WithStops(options, engine.model), std::move(on_text), Begun(speculation, prompt)),
      clock_(generation_.max_tokens()) {}

void ActiveReply::Update() {
  clock_.Note(generation_.tokens(), watch_.Milliseconds());
  if (generation_.must_start_over()) return generation_.StartOver(prompt_.InputsFrom(0));
  if (prefill_ms_ || generation_.unread_rows() > 0) return;
  prefill_ms_ = watch_.Milliseconds();
  SharePrefix(engine_, prompt_, sequence_);
}

Reply ActiveReply::MakeReply() {
  GenerationResult result = generation_.MoveResult();
  tokens_ = std::move(result.tokens);
  Reply reply;
  reply.prompt_tokens = prompt_.rows();
  reply.reused_tokens = reused_rows_;
  reply.text = std::move(result.text);
  reply.finish_reason = result.finish_reason;
  reply.reply_tokens = static_cast<int>(tokens_.size());
  reply.early_tokens = result.early_tokens;
  reply.blocks_per_token = static_cast<double>(result.blocks) / std::max(reply.reply_tokens, 1);
  reply.drafted_tokens = result.drafted_tokens;
  reply.accepted_tokens = result.accepted_tokens;
  reply.seed = result.seed;
  reply.token_choices = std::move(result.choices);
  if (result.log_probability) reply.probability = std::exp(*result.log_probability);
  const CacheOptions& cache = sequence_.cache().shape().options;
  reply.cache = CacheText(cache);
  reply.cache_is_moved = cache != engine_.model.cache;
  reply.cache_bytes = static_cast<std::int64_t>(sequence_.cache().bytes());
  reply.decode_threads = engine_.runtime.SingleTokenPool().threads();
  const double total_ms = watch_.Milliseconds();
  reply.timings.prefill_ms = prefill_ms_.value_or(total_ms);
  reply.timings.generate_ms = total_ms - reply.timings.prefill_ms;
  reply.gaps = clock_.Gaps();
  return reply;
}

Prompt ActiveReply::Held() const {
  Prompt held = prompt_;
  held.Add(tokens_);
  held.TruncateTo(sequence_.positions());
  return held;
}

}  // namespace edgevlm
