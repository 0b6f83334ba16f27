#include "decode/exit_pass.h"

#include <algorithm>

#include "base/check.h"
#include "kernels/softmax/softmax.h"
#include "model/decoder/spans.h"

namespace edgevlm {

void ExitPass::Forward(std::span<const TokenSpan> batch, const std::vector<bool>& may_leave,
                       const PassResults& results, Workspace& workspace, const Run& run) {
  const WorkspaceScope scope(workspace);
  ReadBatch(batch, may_leave);
  View<float> x = workspace.Alloc(RowsOf(batch), decoder_.shape().width);
  decoder_.Embed(spans_, x, run);
  BlockRange blocks;
  for (const int exit : plan_.exits) {
    blocks.end = exit;
    decoder_.RunBlocks(spans_, blocks, x, workspace, run);
    x = LeaveAt(exit, x, results, workspace, run);
    if (spans_.empty()) return;
    blocks.begin = exit;
  }
  blocks.end = decoder_.shape().blocks;
  decoder_.RunBlocks(spans_, blocks, x, workspace, run);
  FinishRows(x, results, workspace, run);
}

void ExitPass::ReadBatch(std::span<const TokenSpan> batch, const std::vector<bool>& may_leave) {
  CHECK(may_leave.size() == batch.size());
  spans_.assign(batch.begin(), batch.end());
  rows_.clear();
  int logits_row = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    CHECK(!may_leave[i] || (batch[i].rows() == 1 && batch[i].logits_rows == 1));
    rows_.push_back({.logits_row = logits_row, .may_leave = may_leave[i], .leaves = false});
    logits_row += batch[i].logits_rows;
  }
}

// Removes the rows that exit here. Returns the rows of those that stay.
View<float> ExitPass::LeaveAt(int exit, View<float> x, const PassResults& results,
                              Workspace& workspace, const Run& run) {
  const auto count = static_cast<int>(std::ranges::count(rows_, true, &RowState::may_leave));
  if (count == 0) return x;
  const WorkspaceScope scope(workspace);
  const View<float> candidates = workspace.Alloc(count, x.cols);
  int row = 0, next = 0;
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    if (rows_[i].may_leave) std::ranges::copy(x.Row(row), candidates.Row(next++).begin());
    row += spans_[i].rows();
  }
  ApplyRule(exit, candidates, results, workspace, run);
  const auto leaving = static_cast<int>(std::ranges::count(rows_, true, &RowState::leaves));
  if (leaving == 0) return x;
  const View<float> left = workspace.Alloc(leaving, x.cols);
  const View<float> rest = MoveLeaving(x, left);
  decoder_.SkipBlocks(leaving_, {exit, decoder_.shape().blocks}, left, workspace, run);
  return rest;
}

// Applies the rule to each row that may exit; writes the results of those that do.
//   candidates  [C, D], the rows that may exit
void ExitPass::ApplyRule(int exit, View<const float> candidates, const PassResults& results,
                         Workspace& workspace, const Run& run) {
  PROFILE_ZONE(run.profiler, "early_exit");
  const int vocabulary = decoder_.shape().vocabulary;
  const View<float> logits = workspace.Alloc(candidates.rows, vocabulary);
  decoder_.WriteLogits(candidates, logits, workspace, run);
  const std::span<float> probabilities = workspace.Alloc(1, vocabulary).Row(0);
  int candidate = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    RowState& row = rows_[i];
    if (!row.may_leave) continue;
    Softmax(logits.Row(candidate), probabilities);
    row.leaves = plan_.rule->Leaves(
        {.probabilities = probabilities, .position = spans_[i].first_position, .blocks = exit});
    if (row.leaves) {
      std::ranges::copy(logits.Row(candidate), results.logits.Row(row.logits_row).begin());
      results.blocks[static_cast<std::size_t>(row.logits_row)] = exit;
    }
    ++candidate;
  }
}

// Removes the exiting spans from the running ones, and moves their rows from x to `left`. Returns
// the rest of x.
View<float> ExitPass::MoveLeaving(View<float> x, View<float> left) {
  leaving_.clear();
  std::size_t kept = 0;
  int row = 0, kept_rows = 0;
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    const int rows = spans_[i].rows();
    if (rows_[i].leaves) {
      std::ranges::copy(x.Row(row), left.Row(static_cast<int>(leaving_.size())).begin());
      leaving_.push_back(spans_[i]);
    } else {
      for (int r = 0; r < rows && kept_rows != row; ++r) {
        std::ranges::copy(x.Row(row + r), x.Row(kept_rows + r).begin());
      }
      kept_rows += rows;
      spans_[kept] = spans_[i];
      rows_[kept++] = rows_[i];
    }
    row += rows;
  }
  spans_.resize(kept);
  rows_.resize(kept);
  return x.Rows(0, kept_rows);
}

// The logits of the rows that went through all blocks.
void ExitPass::FinishRows(View<const float> x, const PassResults& results, Workspace& workspace,
                          const Run& run) const {
  int rows = 0;
  for (const TokenSpan& span : spans_) rows += span.logits_rows;
  if (rows == 0) return;
  const View<float> chosen = workspace.Alloc(rows, x.cols);
  GatherLogitsRows(spans_, x, chosen);
  const bool all = rows == results.logits.rows;  // already in order
  const View<float> logits = all ? results.logits : workspace.Alloc(rows, results.logits.cols);
  decoder_.WriteLogits(chosen, logits, workspace, run);
  int row = 0;
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    for (int r = 0; r < spans_[i].logits_rows; ++r, ++row) {
      const int to = rows_[i].logits_row + r;
      if (!all) std::ranges::copy(logits.Row(row), results.logits.Row(to).begin());
      results.blocks[static_cast<std::size_t>(to)] = decoder_.shape().blocks;
    }
  }
}

}  // namespace edgevlm
