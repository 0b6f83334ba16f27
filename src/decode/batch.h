// Batch: spans of several sequences that go through the decoder together.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "decode/exit_pass.h"
#include "decode/input.h"
#include "decode/sequence.h"
#include "model/decoder.h"

namespace edgevlm {

// Filled and run, again and again. Owns the workspace; keys and values belong to the sequences.
// Threads: one at a time. Decoder and plan must outlive it.
class Batch {
 public:
  // Rows that make a pass worth its while; longer inputs are cut. Enough to make the matrix
  // products efficient, few enough for the activations to stay in the CPU's caches.
  static constexpr int kChunkRows = 256;

  // exits: where rows that may leave do so; null: all go through all blocks.
  explicit Batch(const Decoder& decoder, const ExitPlan* exits = nullptr);

  const Decoder& decoder() const { return *decoder_; }

  // Puts rows behind what the sequence holds and what the batch already has for it; asks for the
  // logits of the last `logits_rows` of them. The input's values must stay until Forward.
  // may_leave: at an early exit, where the batch has no begun rows; one row that asks for its
  // logits.
  // REQUIRES: input.rows() > 0; the sequence has room.
  void Add(Sequence& sequence, const Input& input, int logits_rows, bool may_leave = false);

  // The same for rows that have gone through the first `blocks` blocks already, [T, D], and lie in
  // those layers of the sequence's cache. REQUIRES: all such rows of a batch through the same
  // blocks; they and other rows of a sequence are not in one batch.
  void AddPartial(Sequence& sequence, View<const float> partial, int blocks, int logits_rows);

  int rows() const { return rows_; }                // T
  int partial_rows() const;                         // of them
  int logits_rows() const { return logits_rows_; }  // R

  // One pass; each sequence grows by its rows and the batch is empty again.
  //   logits  [R, V], in the order in which rows were added
  // The results have the same bits however rows are cut into inputs and passes. Allocates only when
  // this is the largest batch yet.
  void Forward(View<float> logits, const Run& run);

  // [R], how many blocks each row of the last pass's logits went through.
  std::span<const int> blocks() const { return blocks_; }

  // Adds all inputs to one sequence, in order, in as many passes as it takes; T tokens in sum.
  //   logits  [R, V] of the last R of them; R may be 0
  // REQUIRES: the batch is empty, R <= T <= sequence.remaining().
  void AddAll(Sequence& sequence, std::span<const Input> inputs, View<float> logits,
              const Run& run);

 private:
  // A span, as it was added.
  struct Entry {
    TokenSpan span;
    bool may_leave = false;
    bool is_partial = false;
  };

  void ForwardExits(View<float> logits, const Run& run);
  void ForwardPartial(View<float> logits, const Run& run);

  const Decoder* decoder_;
  Workspace workspace_;
  std::optional<ExitPass> exit_pass_;
  std::vector<Entry> entries_;
  std::vector<TokenSpan> spans_;  // those of the entries, the begun ones last
  std::vector<bool> may_leave_;   // of each span
  std::vector<int> blocks_;       // of each row of the last pass's logits
  int partial_blocks_ = 0;        // that all begun rows have gone through; 0: there are none
  int rows_ = 0;
  int logits_rows_ = 0;
};

}  // namespace edgevlm
