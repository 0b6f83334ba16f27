// Sequence: the tokens of one text, held as its KV cache.
#pragma once

#include <limits>

#include "base/check.h"
#include "cache/sequence_cache.h"
#include "model/decoder.h"

namespace edgevlm {

// Owns the cache; a Batch adds to it. Threads: one at a time.
class Sequence {
 public:
  // positions: capacity, up to the context the decoder was trained for.
  Sequence(const Decoder& decoder, int positions, const CacheOptions& cache = {})
      : cache_(decoder.cache_shape(positions, cache)),
        short_context_(decoder.shape().short_context) {}

  int positions() const { return cache_.positions(); }
  int remaining() const { return cache_.capacity() - positions(); }

  // By how much rotary positions are ahead of positions from the next row on (TokenSpan): changes
  // behind every image with a grid.
  int rotary_shift() const { return rotary_shift_; }
  void set_rotary_shift(int shift) { rotary_shift_ = shift; }

  // Whether a sequence of so many rows has the rotary angles of long ones
  // (DecoderShape::short_context).
  bool WouldBeLong(int rows) const { return short_context_ > 0 && rows > short_context_; }
  bool is_long() const { return is_long_; }
  // Chooses the angles by the number of rows that the sequence will have. Until then it is short.
  // REQUIRES: is_long() stays, or positions() == 0.
  void ExpectRows(int rows) {
    CHECK(is_long_ == WouldBeLong(rows) || positions() == 0);
    is_long_ = WouldBeLong(rows);
  }
  // How many more rows it may have with the angles it has.
  int RowsUntilLong() const {
    const bool is_bounded = short_context_ > 0 && !is_long_;
    return is_bounded ? short_context_ - positions() : std::numeric_limits<int>::max();
  }

  // Ends the prompt: the cache's policy may now choose which positions to keep.
  void EndPrompt(const Run& run) { cache_.EndPrompt(run.pool); }

  // Drops all but the first n positions. Which n are exact: SequenceCache::ExactCut. Dropping the
  // end of an image with a grid leaves rotary_shift() to the caller. REQUIRES: 0 <= n <=
  // positions().
  void TruncateTo(int n) {
    cache_.TruncateTo(n);
    if (n == 0) rotary_shift_ = 0;
  }

  // Converts the cache to another policy. REQUIRES: as SequenceCache::MoveTo.
  void MoveTo(const CacheOptions& options) { cache_.MoveTo(options); }

  SequenceCache& cache() { return cache_; }
  const SequenceCache& cache() const { return cache_; }

 private:
  SequenceCache cache_;
  int rotary_shift_ = 0;
  int short_context_ = 0;
  bool is_long_ = false;
};

}  // namespace edgevlm
