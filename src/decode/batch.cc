#include "decode/batch.h"

#include <algorithm>

#include "base/check.h"
#include "model/decoder/spans.h"

namespace edgevlm {

Batch::Batch(const Decoder& decoder, const ExitPlan* exits) : decoder_(&decoder) {
  entries_.reserve(8);
  spans_.reserve(8);
  if (exits != nullptr) exit_pass_.emplace(decoder, *exits);
}

void Batch::Add(Sequence& sequence, const Input& input, int logits_rows, bool may_leave) {
  CHECK(input.rows() > 0 && 0 <= logits_rows && logits_rows <= input.rows());
  int waiting = 0;  // rows of this sequence in the batch
  for (const Entry& entry : entries_) {
    if (entry.span.cache == &sequence.cache()) waiting += entry.span.rows();
  }
  CHECK(waiting + input.rows() <= sequence.remaining());
  entries_.push_back({.span = {.cache = &sequence.cache(),
                               .first_position = sequence.positions() + waiting,
                               .tokens = input.tokens,
                               .embeddings = input.embeddings,
                               .logits_rows = logits_rows,
                               .is_bidirectional = input.is_bidirectional,
                               .rotary_shift = sequence.rotary_shift(),
                               .is_long = sequence.is_long(),
                               .grid = input.grid,
                               .grid_token = input.grid_token},
                      .may_leave = may_leave});
  if (!input.grid.empty() && input.grid_token + input.rows() == input.grid.tokens()) {
    sequence.set_rotary_shift(sequence.rotary_shift() + input.grid.extent() - input.grid.tokens());
  }
  rows_ += input.rows();
  logits_rows_ += logits_rows;
}

void Batch::AddPartial(Sequence& sequence, View<const float> partial, int blocks, int logits_rows) {
  CHECK(partial.rows > 0 && 0 <= logits_rows && logits_rows <= partial.rows);
  CHECK(0 < blocks && blocks < decoder_->shape().blocks);
  CHECK(partial_blocks_ == 0 || partial_blocks_ == blocks);
  partial_blocks_ = blocks;
  entries_.push_back({.span = {.cache = &sequence.cache(),
                               .first_position = sequence.positions() - partial.rows,
                               .embeddings = partial,
                               .logits_rows = logits_rows,
                               .rotary_shift = sequence.rotary_shift(),
                               .is_long = sequence.is_long()},
                      .is_partial = true});
  rows_ += partial.rows;
  logits_rows_ += logits_rows;
}

int Batch::partial_rows() const {
  int rows = 0;
  for (const Entry& entry : entries_) rows += entry.is_partial ? entry.span.rows() : 0;
  return rows;
}

void Batch::Forward(View<float> logits, const Run& run) {
  CHECK(logits.rows == logits_rows_);
  PROFILE_ZONE(run.profiler, "language_model");
  workspace_.CountIn(run.profiler == nullptr ? nullptr : &run.profiler->memory());
  spans_.clear();
  for (const bool partial : {false, true}) {
    for (const Entry& entry : entries_) {
      if (entry.is_partial == partial) spans_.push_back(entry.span);
    }
  }
  blocks_.assign(static_cast<std::size_t>(logits_rows_), decoder_->shape().blocks);
  if (partial_blocks_ > 0) {
    ForwardPartial(logits, run);
  } else if (exit_pass_) {
    ForwardExits(logits, run);
  } else {
    decoder_->Forward(spans_, logits, workspace_, run);
  }
  entries_.clear();
  partial_blocks_ = rows_ = logits_rows_ = 0;
}

void Batch::ForwardStates(View<float> x, const Run& run) {
  CHECK(x.rows == rows_ && logits_rows_ == 0 && partial_blocks_ == 0);
  spans_.clear();
  for (const Entry& entry : entries_) spans_.push_back(entry.span);
  decoder_->Embed(spans_, x, run);
  decoder_->RunBlocks(spans_, {0, decoder_->shape().blocks}, x, workspace_, run);
  entries_.clear();
  rows_ = 0;
}

void Batch::ForwardExits(View<float> logits, const Run& run) {
  may_leave_.clear();
  for (const Entry& entry : entries_) may_leave_.push_back(entry.may_leave);
  exit_pass_->Forward(spans_, may_leave_, {.logits = logits, .blocks = blocks_}, workspace_, run);
}

// Other rows catch up with the partial ones; then all continue together.
void Batch::ForwardPartial(View<float> logits, const Run& run) {
  const WorkspaceScope scope(workspace_);
  const View<float> x = workspace_.Alloc(rows_, decoder_->shape().width);
  const std::span<const TokenSpan> all = spans_;
  const auto fresh =
      all.first(static_cast<std::size_t>(std::ranges::count(entries_, false, &Entry::is_partial)));
  const int fresh_rows = RowsOf(fresh);
  if (fresh_rows > 0) {
    const View<float> own = x.Rows(0, fresh_rows);
    decoder_->Embed(fresh, own, run);
    decoder_->RunBlocks(fresh, {0, partial_blocks_}, own, workspace_, run);
  }
  int row = fresh_rows;
  for (const TokenSpan& span : all.subspan(fresh.size())) {
    for (int i = 0; i < span.rows(); ++i) {
      std::ranges::copy(span.embeddings.Row(i), x.Row(row++).begin());
    }
  }
  decoder_->RunBlocks(all, {partial_blocks_, decoder_->shape().blocks}, x, workspace_, run);
  if (logits.rows == 0) return;
  const View<float> chosen = workspace_.Alloc(logits.rows, x.cols);
  int next[2] = {0, fresh_rows};  // rows of x: full and partial ones
  int wanted = 0;
  for (const Entry& entry : entries_) {
    const TokenSpan& span = entry.span;
    int& first = next[entry.is_partial ? 1 : 0];
    GatherLogitsRows({&span, 1}, x.Rows(first, span.rows()), chosen.Rows(wanted, span.logits_rows));
    first += span.rows();
    wanted += span.logits_rows;
  }
  decoder_->WriteLogits(chosen, logits, workspace_, run);
}

void Batch::AddAll(Sequence& sequence, std::span<const Input> inputs, View<float> logits,
                   const Run& run) {
  CHECK(rows_ == 0);
  InputCursor rest(inputs);
  CHECK(rest.rows() >= logits.rows);
  int logits_done = 0;
  while (rest.rows() > 0) {
    while (rest.rows() > 0 && rows_ < kChunkRows) {
      const Input next = rest.Next(kChunkRows - rows_);
      const int wanted = logits.rows - rest.rows();
      Add(sequence, next, std::clamp(wanted, 0, next.rows()));
    }
    const int wanted = logits_rows_;
    Forward(logits.Rows(logits_done, wanted), run);
    logits_done += wanted;
  }
}

}  // namespace edgevlm
