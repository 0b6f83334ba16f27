// Sequence: one text under way, with its place in memory.
#pragma once

#include "cache/sequence_cache.h"
#include "model/decoder.h"

namespace edgevlm {

// Owns the cache; a Batch adds to it. Threads: one at a time.
class Sequence {
 public:
  // positions: that it can hold, up to the context the decoder was trained for.
  Sequence(const Decoder& decoder, int positions, const CacheOptions& cache = {})
      : cache_(decoder.cache_shape(positions, cache)) {}

  int positions() const { return cache_.positions(); }
  int remaining() const { return cache_.capacity() - positions(); }

  // What was added so far is a prompt, and the cache's policy may choose what to keep of it.
  void EndPrompt(const Run& run) { cache_.EndPrompt(run.pool); }

  // Forgets all but the first n positions. What n are exact: SequenceCache::ExactCut.
  // REQUIRES: 0 <= n <= positions().
  void TruncateTo(int n) { cache_.TruncateTo(n); }

  // The same positions under another policy. REQUIRES: as SequenceCache::MoveTo.
  void MoveTo(const CacheOptions& options) { cache_.MoveTo(options); }

  SequenceCache& cache() { return cache_; }
  const SequenceCache& cache() const { return cache_; }

 private:
  SequenceCache cache_;
};

}  // namespace edgevlm
