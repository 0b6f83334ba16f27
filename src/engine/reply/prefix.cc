#include "engine/reply/prefix.h"

#include <algorithm>

namespace edgevlm {
namespace {

// Prefixes are shared only under the requested policy.
bool HasChosenCache(const Model& model, const Sequence& sequence) {
  return sequence.cache().shape().options == model.cache;
}

void FollowPressure(const EngineState& engine, Sequence& sequence) {
  const CacheOptions now = sequence.cache().shape().options;
  const CacheOptions better = engine.runtime.pressure_monitor->CacheFor(engine.model.cache);
  if (now == better) return;
  if (IsAtLeast(better, now) || sequence.positions() == 0) sequence.MoveTo(better);
}

}  // namespace

int ReusePrefix(const EngineState& engine, const Prompt& held, const Prompt& prompt,
                Sequence& sequence) {
  const int max_rows = prompt.rows() - 1;
  int reused = ExactCut(sequence.cache(), prompt, std::min(CommonRows(held, prompt), max_rows));
  PrefixCache* const shared = engine.runtime.prefix_cache.get();
  if (shared != nullptr && HasChosenCache(engine.model, sequence)) {
    reused = shared->CopyInto(prompt, reused, max_rows, sequence.cache());
  }
  sequence.TruncateTo(reused);
  sequence.set_rotary_shift(prompt.RotaryShiftAt(reused));
  FollowPressure(engine, sequence);
  return reused;
}

void SharePrefix(const EngineState& engine, const Prompt& prompt, const Sequence& sequence) {
  PrefixCache* const shared = engine.runtime.prefix_cache.get();
  if (shared == nullptr || !HasChosenCache(engine.model, sequence)) return;
  Prompt prefix = prompt;
  prefix.TruncateTo(prompt.PrefixRows());
  shared->Put(prefix, sequence.cache());
}

}  // namespace edgevlm
