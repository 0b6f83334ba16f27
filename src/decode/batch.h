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

// Filled and run repeatedly. Owns the workspace; keys and values belong to the sequences.
// Threads: one at a time. Decoder and plan must outlive it.
class Batch {
 public:
  // Rows per pass; longer inputs are cut into chunks of this size, unless they are bidirectional.
  // Enough to make the matrix
  // products efficient, few enough for the activations to stay in the CPU's caches.
  static constexpr int kChunkRows = 256;

  // exits: where rows may exit early; null: all go through all blocks.
  explicit Batch(const Decoder& decoder, const ExitPlan* exits = nullptr);

  const Decoder& decoder() const { return *decoder_; }

  // Appends rows to a sequence, after those that the batch already has for it, and requests the
  // logits of the last `logits_rows` of them. The input's values must stay until Forward.
  // may_leave: may exit early, unless the batch has partially computed rows; such an input is one
  // row that requests its logits.
  // REQUIRES: input.rows() > 0; the sequence has capacity for them.
  void Add(Sequence& sequence, const Input& input, int logits_rows, bool may_leave = false);

  // The same for rows [T, D] that have already gone through the first `blocks` blocks and are in
  // those layers of the sequence's cache. REQUIRES: `blocks` is the same for all such rows of a
  // batch; a batch does not mix them with other rows of the same sequence.
  void AddPartial(Sequence& sequence, View<const float> partial, int blocks, int logits_rows);

  int rows() const { return rows_; }                // T
  int partial_rows() const;                         // how many of them are partial
  int logits_rows() const { return logits_rows_; }  // R

  // One pass; each sequence grows by its rows, and the batch is empty afterwards.
  //   logits  [R, V], in the order in which rows were added
  // The results have the same bits however rows are cut into inputs and passes. Allocates only when
  // this is the largest batch yet.
  void Forward(View<float> logits, const Run& run);

  // The same, but for the residual stream behind the last block, x [T, D] of all rows, instead of
  // logits. REQUIRES: no rows are partial; none requests logits.
  void ForwardStates(View<float> x, const Run& run);

  // [R], how many blocks each row of the last pass's logits went through.
  std::span<const int> blocks() const { return blocks_; }

  // Adds all inputs to one sequence, in order, in as many passes as needed; T tokens in total.
  //   logits  [R, V] of the last R of them; R may be 0
  // REQUIRES: the batch is empty, R <= T <= sequence.remaining().
  void AddAll(Sequence& sequence, std::span<const Input> inputs, View<float> logits,
              const Run& run);

 private:
  // A span as it was added.
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
  std::vector<TokenSpan> spans_;  // of the entries, partial ones last
  std::vector<bool> may_leave_;   // of each span
  std::vector<int> blocks_;       // of each row of the last pass's logits
  int partial_blocks_ = 0;        // that all partial rows have gone through; 0: there are none
  int rows_ = 0;
  int logits_rows_ = 0;
};

}  // namespace edgevlm
