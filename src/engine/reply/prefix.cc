#include "engine/reply/prefix.h"

#include <algorithm>

namespace edgevlm {
namespace {

// Prefixes are shared only under the requested policy, and only by sequences with the rotary angles
// of short ones.
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
  const bool is_long = sequence.WouldBeLong(prompt.rows());
  const int common = is_long == sequence.is_long() ? CommonRows(held, prompt) : 0;
  int reused = ExactCut(sequence.cache(), prompt, std::min(common, max_rows));
  PrefixCache* const shared = engine.runtime.prefix_cache.get();
  if (shared != nullptr && !is_long && HasChosenCache(engine.model, sequence)) {
    reused = shared->CopyInto(prompt, reused, max_rows, sequence.cache());
  }
  sequence.TruncateTo(reused);
  sequence.ExpectRows(prompt.rows());
  sequence.set_rotary_shift(prompt.RotaryShiftAt(reused));
  FollowPressure(engine, sequence);
  return reused;
}

int CopyPrompt(const Prompt& prompt, const Sequence& from, Sequence& to) {
  const int max_rows = prompt.rows() - 1;
  // A sequence that has become long since has other angles.
  const bool is_same = from.is_long() == to.WouldBeLong(prompt.rows());
  const int rows = is_same ? ExactCut(from.cache(), prompt, max_rows) : 0;
  to.ExpectRows(prompt.rows());
  if (rows > 0) to.cache().CopyFrom(from.cache(), rows);
  to.set_rotary_shift(prompt.RotaryShiftAt(rows));
  return rows;
}

void SharePrefix(const EngineState& engine, const Prompt& prompt, const Sequence& sequence) {
  PrefixCache* const shared = engine.runtime.prefix_cache.get();
  if (shared == nullptr || sequence.is_long() || !HasChosenCache(engine.model, sequence)) return;
  Prompt prefix = prompt;
  prefix.TruncateTo(prompt.PrefixRows());
  shared->Put(prefix, sequence.cache());
}

}  // namespace edgevlm
