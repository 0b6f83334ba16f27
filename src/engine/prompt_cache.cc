#include "engine/prompt_cache.h"

#include <algorithm>
#include <utility>

namespace edgevlm {

int PromptCache::CopyInto(const Prompt& prompt, int reused, int most, SequenceCache& sequence) {
  std::shared_ptr<const Entry> best;
  int rows = reused;
  {
    const std::lock_guard lock(mutex_);
    auto found = entries_.end();
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      const SequenceCache& cache = (*entry)->cache;
      if (cache.shape().options != sequence.shape().options) continue;
      const int common = cache.ExactCut(std::min(CommonRows((*entry)->prompt, prompt), most));
      if (common <= rows) continue;
      rows = common;
      found = entry;
    }
    if (found == entries_.end()) {
      if (reused == 0) ++counters_.misses;
      return reused;
    }
    ++counters_.hits;
    entries_.splice(entries_.begin(), entries_, found);
    best = entries_.front();
  }
  sequence.CopyFrom(best->cache, rows);
  return rows;
}

void PromptCache::Put(const Prompt& prefix, const SequenceCache& sequence) {
  const int rows = prefix.rows();
  CHECK(rows <= sequence.positions());
  if (sequence.ExactCut(rows) != rows) return;
  {
    const std::lock_guard lock(mutex_);
    if (rows == 0 || Holds(prefix)) return;
  }
  // Copied without the lock: others need not wait.
  CacheShape shape = sequence.shape();
  shape.capacity = rows;
  auto entry = std::make_shared<Entry>(Entry{prefix, SequenceCache(shape)});
  entry->cache.CopyFrom(sequence, rows);
  if (entry->cache.bytes() > budget_bytes_) return;
  const std::lock_guard lock(mutex_);
  if (Holds(prefix)) return;
  for (auto other = entries_.begin(); other != entries_.end();) {
    const auto next = std::next(other);
    const Prompt& held = (*other)->prompt;
    if (CommonRows(held, prefix) == held.rows()) Drop(other);
    other = next;
  }
  entries_.push_front(std::move(entry));
  counters_.bytes += entries_.front()->cache.bytes();
  while (counters_.bytes > budget_bytes_) {
    ++counters_.evictions;
    Drop(std::prev(entries_.end()));
  }
}

bool PromptCache::Holds(const Prompt& prefix) {
  return std::ranges::any_of(entries_, [&](const std::shared_ptr<const Entry>& entry) {
    return CommonRows(entry->prompt, prefix) == prefix.rows();
  });
}

void PromptCache::Drop(Entries::iterator entry) {
  counters_.bytes -= (*entry)->cache.bytes();
  entries_.erase(entry);
}

void PromptCache::Clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  counters_.bytes = 0;
}

CacheCounters PromptCache::counters() const {
  const std::lock_guard lock(mutex_);
  CacheCounters counters = counters_;
  counters.entries = entries_.size();
  counters.budget_bytes = budget_bytes_;
  return counters;
}

}  // namespace edgevlm
