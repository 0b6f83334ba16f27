// PromptCache: the prefix cache. Keys and values of prompt prefixes, shared by the sessions of an
// engine.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>

#include "cache/sequence_cache.h"
#include "edgevlm/cache_counters.h"
#include "engine/byte_bounded_lru.h"
#include "engine/prompt/prompt.h"

namespace edgevlm {

// Holds up to a number of bytes and evicts the least recently used; a prefix larger than that is
// not kept. Threads: any number; the sequences passed in belong to the caller.
class PromptCache {
 public:
  explicit PromptCache(std::size_t budget_bytes) : lru_(budget_bytes) {}

  // Copies the longest prefix of the prompt that is held under the sequence's cache policy into the
  // sequence, if it is longer than the `reused` rows that the sequence shares with the prompt
  // already. Returns how many of its first rows are the prompt's now: from `reused` to `most`.
  int CopyInto(const Prompt& prompt, int reused, int most, SequenceCache& sequence);

  // Holds the rows of a sequence that begins with this prompt, unless its policy has evicted or
  // changed some of them. REQUIRES: the sequence has seen them.
  void Put(const Prompt& prefix, const SequenceCache& sequence);

  CacheCounters counters() const;

  // Forgets all that is held.
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
