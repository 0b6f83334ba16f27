// Decoder: the language model. Reads tokens and image embeddings and computes next-token logits.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "cache/sequence_cache.h"
#include "edgevlm/image_tokens.h"
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
  // Trained early exits: numbers of blocks, increasing, each below `blocks`.
  std::vector<int> exits = {};
  // Sequences of more positions have other rotary angles, from their first row on ("LongRoPE", Ding
  // et al. 2024): one that grows beyond is computed again. 0: there is no such border.
  int short_context = 0;
  // L: the outputs of so many first blocks get another row added for each image token ("DeepStack",
  // Meng et al. 2024).
  int image_levels = 0;
  bool has_grid_positions = false;  // image tokens have positions in a grid (TokenSpan::grid)

  // Values of an image token: the main row, then those added later.
  int image_width() const { return width * (1 + image_levels); }
  // [blocks]: how many positions, its own included, a position attends to; 0: all before it. Empty:
  // 0 for all blocks.
  std::vector<int> windows = {};
  int window(int block) const {
    return windows.empty() ? 0 : windows[static_cast<std::size_t>(block)];
  }
  // The tokens of an image attend to each other in both directions: its span must be whole, and say
  // so (TokenSpan::is_bidirectional).
  bool bidirectional_images = false;

  // Cache size of a sequence of so many positions: keys and values in float16.
  long long CacheBytes(int positions) const {
    return 4LL * blocks * positions * kv_heads * head_width;
  }
};

class CrossCache;

// Consecutive tokens of one sequence, to be added to its cache. Exactly one of `tokens` and
// `embeddings` is not empty.
struct TokenSpan {
  SequenceCache* cache = nullptr;
  int first_position = 0;             // of the span's first token
  std::span<const int> tokens = {};   // [T] ids
  View<const float> embeddings = {};  // [T, D] or [T, (1 + L) D] instead of tokens: an image
  int logits_rows = 0;                // logits are computed for so many of the last tokens
  // The rows attend to each other in both directions, not only to earlier ones.
  bool is_bidirectional = false;

  // The rotary position of a row, by which its queries and keys are rotated, is its position plus
  // this: a grid takes fewer positions than it has rows. 0 unless has_grid_positions.
  int rotary_shift = 0;
  // Whether the sequence has, or will have, more than DecoderShape::short_context positions.
  bool is_long = false;
  // What the embeddings are tokens [grid_token, grid_token + T) of; empty: they count on like text.
  // The grid starts at the rotary position of its token 0.
  TokenGrid grid = {};
  int grid_token = 0;

  // What the blocks of a decoder with cross-attention read besides (model/decoder/whisper.h); null
  // for all others.
  const CrossCache* cross = nullptr;

  int rows() const { return tokens.empty() ? embeddings.rows : static_cast<int>(tokens.size()); }
};

// Whether these are valid exits of a decoder of `blocks` blocks: from 1 to blocks - 1, increasing.
bool AreExits(std::span<const int> exits, int blocks);

// A range of a decoder's blocks: [begin, end).
struct BlockRange {
  int begin = 0;
  int end = 0;
};

// Threads: const methods from any number of threads, each with its own caches and workspace.
class Decoder {
 public:
  virtual ~Decoder() = default;

  const DecoderShape& shape() const { return shape_; }

  // The cache shape for a sequence of at most `positions`; a cache allocates all its memory at
  // once. REQUIRES: 1 <= positions <= shape().context.
  CacheShape cache_shape(int positions, const CacheOptions& options = {}) const {
    CHECK(1 <= positions && positions <= shape_.context);
    return {.layers = shape_.blocks,
            .capacity = positions,
            .heads = shape_.kv_heads,
            .head_width = shape_.head_width,
            .options = options,
            .windows = shape_.windows};
  }
  // The default: the context, but at most kUsualPositions, since some models are trained for more
  // positions than fit in a small machine's memory.
  static constexpr int kUsualPositions = 4096;
  CacheShape cache_shape() const { return cache_shape(std::min(shape_.context, kUsualPositions)); }

  // One pass over a ragged batch: spans of any lengths, of any sequences. All rows go through the
  // matrix products together; attention is per span. Each cache grows by its spans' tokens.
  // Equivalent to Embed, RunBlocks with all blocks, and WriteLogits.
  //   logits  [R, V], R the sum of the spans' logits_rows, in the order of the spans
  // A row's results have the same bits whatever else is in the batch and however a sequence is cut
  // into spans (bidirectional ones are not cut).
  // REQUIRES: ids in [0, V); every span starts where its sequence ends: first_position is
  // cache->positions() plus the tokens of that sequence's spans before it in the batch; positions
  // stay below shape().context and the cache's capacity.
  // Cost: reads all weights once; allocates only in `workspace`, when this is the largest batch
  // yet.
  void Forward(std::span<const TokenSpan> batch, View<float> logits, Workspace& workspace,
               const Run& run) const;

  // The parts of a pass, for rows that skip blocks (early exit) or continue later in another batch
  // (self-speculation). They pass on the residual stream, x [T, D] for the rows of the batch. A
  // span starts where its sequence ends in the layers of these blocks: the layers of a cache may
  // temporarily hold different numbers of positions. A row's bits do not depend on how passes are
  // split into parts, or on the other rows of a part. Parts release what they allocate in the
  // workspace.

  // x = the embeddings of the batch's tokens and positions, input of the first block.
  virtual void Embed(std::span<const TokenSpan> batch, View<float> x, const Run& run) const = 0;

  // Runs the blocks on x in place; their layers of the caches grow by its rows. REQUIRES: 0 <=
  // blocks.begin <= blocks.end <= shape().blocks.
  virtual void RunBlocks(std::span<const TokenSpan> batch, BlockRange blocks, View<float> x,
                         Workspace& workspace, const Run& run) const = 0;

  // The rows skip the blocks, whose layers of the caches still grow: by the keys and values that
  // each block computes from x as it is (state propagation of CALM: Schuster et al. 2022). Those of
  // the first block are what RunBlocks would add; the others are close to it where an exit was
  // trained. Cost: reads the key and value matrices, and those stored in one matrix with them.
  virtual void SkipBlocks(std::span<const TokenSpan> batch, BlockRange blocks, View<const float> x,
                          Workspace& workspace, const Run& run) const = 0;

  // logits = norm(x) W^T, for any rows of a residual stream, also of an early exit.
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
