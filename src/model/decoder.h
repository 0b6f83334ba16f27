// Decoder: the language model. Reads tokens and image embeddings, says what may come next.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "cache/sequence_cache.h"
#include "gguf/reader.h"
#include "model/run.h"
#include "model/workspace.h"
#include "tensor/view.h"

namespace edgevlm {

struct DecoderShape {
  int context = 0;  // positions a sequence may have, as trained
  int width = 0;    // D
  int blocks = 0;
  int heads = 0;       // Hq
  int kv_heads = 0;    // Hkv
  int head_width = 0;  // d
  int vocabulary = 0;  // V
  // Early exits that were trained: after so many blocks each, increasing, below `blocks`.
  std::vector<int> exits = {};

  // What a sequence of so many positions holds: keys and values in float16.
  long long CacheBytes(int positions) const {
    return 4LL * blocks * positions * kv_heads * head_width;
  }
};

// Neighboring tokens of one sequence, to be added to its cache. Exactly one of `tokens` and
// `embeddings` is not empty.
struct TokenSpan {
  SequenceCache* cache = nullptr;
  int first_position = 0;             // of the span's first token
  std::span<const int> tokens = {};   // [T] ids
  View<const float> embeddings = {};  // [T, D] in place of tokens: an image
  int logits_rows = 0;                // for how many of the last tokens logits are wanted

  int rows() const { return tokens.empty() ? embeddings.rows : static_cast<int>(tokens.size()); }
};

// Whether these can be the exits of so many blocks: numbers from 1 to blocks - 1, increasing.
bool AreExits(std::span<const int> exits, int blocks);

// Some of a decoder's blocks: those from `begin` on that come before `end`.
struct BlockRange {
  int begin = 0;
  int end = 0;
};

// Threads: const methods from any number of threads, each with its own caches and workspace.
class Decoder {
 public:
  virtual ~Decoder() = default;

  const DecoderShape& shape() const { return shape_; }

  // What the cache of a sequence of at most `positions` needs; a cache takes all its memory at
  // once. REQUIRES: 1 <= positions <= shape().context.
  CacheShape cache_shape(int positions, const CacheOptions& options = {}) const {
    CHECK(1 <= positions && positions <= shape_.context);
    return {.layers = shape_.blocks,
            .capacity = positions,
            .heads = shape_.kv_heads,
            .head_width = shape_.head_width,
            .options = options};
  }
  // The same for whoever does not say how many: the context, but not more than kUsualPositions,
  // since some models are trained for more than a small machine has memory for.
  static constexpr int kUsualPositions = 4096;
  CacheShape cache_shape() const { return cache_shape(std::min(shape_.context, kUsualPositions)); }

  // One pass over a ragged batch: spans of any lengths, of any sequences. All rows go through the
  // matrices together; attention is per span. Each cache grows by its spans' tokens. It is Embed,
  // RunBlocks with all blocks, and WriteLogits.
  //   logits  [R, V], R the sum of the spans' logits_rows, in the order of the spans
  // A row's results have the same bits whatever else is in the batch and however a sequence is cut
  // into spans.
  // REQUIRES: ids in [0, V); every span starts where its sequence ends: first_position is
  // cache->positions() plus the tokens of that sequence's spans before it in the batch; positions
  // stay below shape().context and the cache's capacity.
  // Cost: reads all weights once; allocates in `workspace` only, when this is the largest batch
  // yet.
  void Forward(std::span<const TokenSpan> batch, View<float> logits, Workspace& workspace,
               const Run& run) const;

  // The parts of a pass, for rows that leave some blocks out (early exit) or go on later and with
  // others (self-speculation). What goes from part to part is the residual stream, x [T, D] for
  // the rows of the batch. Here a span starts where its sequence ends in the blocks that it goes
  // through: the layers of a cache may hold different numbers of positions meanwhile. A row's bits
  // do not depend on where passes are cut into parts, or on who goes through a part with it. Parts
  // give back what they take of the workspace.

  // x = what the tokens and positions of the batch are to the first block.
  virtual void Embed(std::span<const TokenSpan> batch, View<float> x, const Run& run) const = 0;

  // x goes through the blocks, in place; their layers of the caches grow by its rows.
  // REQUIRES: 0 <= blocks.begin <= blocks.end <= shape().blocks.
  virtual void RunBlocks(std::span<const TokenSpan> batch, BlockRange blocks, View<float> x,
                         Workspace& workspace, const Run& run) const = 0;

  // The rows leave the blocks out, whose layers of the caches grow all the same: by the keys and
  // values that each block makes of x as it is (state propagation of CALM: Schuster et al. 2022).
  // Those of the first block are what RunBlocks would add, the others near to it where an exit was
  // trained. Cost: reads the matrices of keys and values, and what is one matrix with them.
  virtual void SkipBlocks(std::span<const TokenSpan> batch, BlockRange blocks, View<const float> x,
                          Workspace& workspace, const Run& run) const = 0;

  // logits = norm(x) W^T, for any rows of a residual stream: of an early one, what its exit says.
  //   x       [R, D]
  //   logits  [R, V]
  virtual void WriteLogits(View<const float> x, View<float> logits, Workspace& workspace,
                           const Run& run) const = 0;

 protected:
  explicit Decoder(const DecoderShape& shape) : shape_(shape) {}

 private:
  DecoderShape shape_;
};

}  // namespace edgevlm
