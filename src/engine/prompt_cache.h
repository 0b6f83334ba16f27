// PromptCache: keys and values of how prompts begin, shared by the sessions of an engine.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>

#include "cache/sequence_cache.h"
#include "edgevlm/cache_counters.h"
#include "engine/prompt.h"

namespace edgevlm {

// Holds up to a budget of bytes; what was not asked for the longest goes first. What is larger than
// the budget is not kept. Threads: any number; sequences given are the caller's.
class PromptCache {
 public:
  explicit PromptCache(std::size_t budget_bytes) : budget_bytes_(budget_bytes) {}

  // Gives the sequence as many of the prompt's first rows as are held here by its policy, if they
  // are more than the `reused` that it has in common with the prompt already. Returns how many of
  // its first rows are the prompt's then: at least `reused`, at most `most`.
  int CopyInto(const Prompt& prompt, int reused, int most, SequenceCache& sequence);

  // Holds the rows of a sequence that begins with this prompt, unless its policy has evicted or
  // changed some of them. REQUIRES: the sequence has seen them.
  void Put(const Prompt& prefix, const SequenceCache& sequence);

  CacheCounters counters() const;

  // Forgets all that is held.
  void Clear();

 private:
  struct Entry {
    Prompt prompt;
    SequenceCache cache;
  };
  using Entries = std::list<std::shared_ptr<const Entry>>;

  bool Holds(const Prompt& prefix);
  void Drop(Entries::iterator entry);

  const std::size_t budget_bytes_;
  mutable std::mutex mutex_;
  Entries entries_;  // asked for last in front
  CacheCounters counters_;
};

}  // namespace edgevlm
