// PrefixCache: keys and values of prompt prefixes, shared by an engine's sessions.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>

#include "cache/sequence_cache.h"
#include "edgevlm/cache_counters.h"
#include "engine/byte_bounded_lru.h"
#include "engine/prompt/prompt.h"

namespace edgevlm {

// The greatest m <= n at which a cache that holds the first n rows of the prompt, or more, can be
// cut exactly, and no image that must stay whole is cut.
int ExactCut(const SequenceCache& cache, const Prompt& prompt, int n);

// Holds a limited number of bytes and evicts the least recently used prefix; it does not store a
// larger one. Threads: any number; the sequences passed in belong to the caller.
class PrefixCache {
 public:
  explicit PrefixCache(std::size_t budget_bytes) : lru_(budget_bytes) {}

  // Copies the longest cached prefix of the prompt under the sequence's cache policy into the
  // sequence, if it is longer than the `reused` rows that the sequence already shares with the
  // prompt. Returns how many of its first rows are now the prompt's: from `reused` to `max_rows`.
  int CopyInto(const Prompt& prompt, int reused, int max_rows, SequenceCache& sequence);

  // Stores the rows of a sequence that begins with this prompt, unless its policy has evicted or
  // changed some of them. REQUIRES: the sequence holds the prompt.
  void Put(const Prompt& prefix, const SequenceCache& sequence);

  CacheCounters counters() const;

  // Empties the cache.
  void Clear();

 private:
  struct Prefix {
    Prompt prompt;
    SequenceCache cache;
  };

  bool Holds(const Prompt& prefix);

  mutable std::mutex mutex_;
  ByteBoundedLru<std::shared_ptr<const Prefix>> lru_;
  CacheCounters lookups_;  // hits and misses
};

}  // namespace edgevlm
