// Sequence: one text under way, with the memory to go on with it.
#pragma once

#include <span>
#include <vector>

#include "model/decoder.h"

namespace edgevlm {

// What is added to a sequence: token ids, or embeddings [T, D] in their place.
struct Input {
  std::span<const int> tokens = {};
  View<const float> embeddings = {};

  int rows() const { return tokens.empty() ? embeddings.rows : static_cast<int>(tokens.size()); }
};

// Owns the cache and the workspace. Threads: one at a time. The decoder must outlive it.
class Sequence {
 public:
  // Rows that go through the decoder together; longer inputs are cut. Enough to make the matrix
  // products efficient, few enough for the activations to stay in the CPU's caches.
  static constexpr int kChunkRows = 256;

  // positions: that it can hold, up to the context the decoder was trained for.
  Sequence(const Decoder& decoder, int positions, const CacheOptions& cache = {});

  int positions() const { return cache_.positions(); }
  int room() const { return cache_.capacity() - positions(); }

  // Adds all inputs, in order; T tokens in sum.
  //   logits  [R, V] of the last R of them; R may be 0
  // REQUIRES: T <= room(), R <= T, ids in [0, V). The results have the same bits however tokens
  // are cut into inputs and calls. After the first call of a size, allocates nothing.
  void Add(std::span<const Input> inputs, View<float> logits, const Run& run);

  // What was added so far is a prompt, and the cache's policy may choose what to keep of it.
  void EndPrompt(const Run& run) { cache_.EndPrompt(run.pool); }

  // Forgets all but the first n positions. What n are exact: SequenceCache::ExactCut.
  // REQUIRES: 0 <= n <= positions().
  void TruncateTo(int n) { cache_.TruncateTo(n); }

  // The same positions under another policy. REQUIRES: as SequenceCache::MoveTo.
  void MoveTo(const CacheOptions& options) { cache_.MoveTo(options); }

  const SequenceCache& cache() const { return cache_; }

 private:
  void Flush(View<float> logits, const Run& run);

  const Decoder* decoder_;
  SequenceCache cache_;
  Workspace workspace_;
  std::vector<TokenSpan> batch_;  // the chunk that is being filled
};

}  // namespace edgevlm
