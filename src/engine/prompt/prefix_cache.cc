#include "engine/prompt/prefix_cache.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace edgevlm {

int ExactCut(const SequenceCache& cache, const Prompt& prompt, int n) {
  for (int before = -1; before != n;) {
    before = n;
    n = cache.ExactCut(prompt.WholeRows(n));
  }
  return n;
}

int PrefixCache::CopyInto(const Prompt& prompt, int reused, int max_rows, SequenceCache& sequence) {
  std::shared_ptr<const Prefix> best;
  int rows = reused;
  {
    const std::lock_guard lock(mutex_);
    auto found = lru_.end();
    for (auto entry = lru_.begin(); entry != lru_.end(); ++entry) {
      const Prefix& prefix = *entry->value;
      if (prefix.cache.shape().options != sequence.shape().options) continue;
      const int common =
          ExactCut(prefix.cache, prompt, std::min(CommonRows(prefix.prompt, prompt), max_rows));
      if (common <= rows) continue;
      rows = common;
      found = entry;
    }
    if (found == lru_.end()) {
      if (reused == 0) ++lookups_.misses;
      return reused;
    }
    ++lookups_.hits;
    lru_.MarkUsed(found);
    best = found->value;
  }
  sequence.CopyFrom(best->cache, rows);
  return rows;
}

void PrefixCache::Put(const Prompt& prefix, const SequenceCache& sequence) {
  const int rows = prefix.rows();
  CHECK(rows <= sequence.positions());
  if (sequence.ExactCut(rows) != rows) return;
  {
    const std::lock_guard lock(mutex_);
    if (rows == 0 || Holds(prefix)) return;
  }
  // Copied without the lock, so that others need not wait.
  CacheShape shape = sequence.shape();
  shape.capacity = rows;
  auto copy = std::make_shared<Prefix>(Prefix{prefix, SequenceCache(shape)});
  copy->cache.CopyFrom(sequence, rows);
  const std::size_t bytes = copy->cache.bytes();
  const std::lock_guard lock(mutex_);
  if (!lru_.Fits(bytes) || Holds(prefix)) return;
  for (auto other = lru_.begin(); other != lru_.end();) {
    const Prompt& held = other->value->prompt;
    const bool is_covered = CommonRows(held, prefix) == held.rows();
    other = is_covered ? lru_.Erase(other) : std::next(other);
  }
  lru_.Insert(std::move(copy), bytes);
}

// Whether a cached entry begins with this prefix.
bool PrefixCache::Holds(const Prompt& prefix) {
  return std::any_of(lru_.begin(), lru_.end(), [&](const auto& entry) {
    return CommonRows(entry.value->prompt, prefix) == prefix.rows();
  });
}

void PrefixCache::Clear() {
  const std::lock_guard lock(mutex_);
  lru_.Clear();
}

CacheCounters PrefixCache::counters() const {
  const std::lock_guard lock(mutex_);
  return lru_.Counters(lookups_);
}

}  // namespace edgevlm
