// ExitPass: a decoder pass with early exits.
#pragma once

#include <span>
#include <vector>

#include "decode/exit_plan.h"
#include "model/decoder.h"

namespace edgevlm {

// The outputs of a pass.
struct PassResults {
  View<float> logits;     // [R, V]
  std::span<int> blocks;  // [R], how many blocks each of these rows went through
};

// Threads: one at a time. Decoder and plan must outlive it.
class ExitPass {
 public:
  ExitPass(const Decoder& decoder, const ExitPlan& plan) : decoder_(decoder), plan_(plan) {}

  // As Decoder::Forward, but at each exit the logits of every row that may exit are computed, and
  // if the rule lets the row leave, its token is chosen from them. The row's keys and values in the
  // remaining blocks are those of SkipBlocks; the other rows continue without it. A row exits at
  // the same block, with the same bits, alone and in a batch.
  //   may_leave  one per span; such a span has one row and requests its logits
  // Cost: at each exit, the output matrix for the rows that may exit. Allocates only when this is
  // the largest batch yet.
  void Forward(std::span<const TokenSpan> batch, const std::vector<bool>& may_leave,
               const PassResults& results, Workspace& workspace, const Run& run);

 private:
  // A span's first row of the logits, and whether it may exit and exits here.
  struct RowState {
    int logits_row;
    bool may_leave;
    bool leaves;
  };

  void ReadBatch(std::span<const TokenSpan> batch, const std::vector<bool>& may_leave);
  //   x [T, D], candidates [C, D], left [L, D]: all running rows, those that may exit, and those
  //   that do; the returned rows are [T - L, D]
  View<float> LeaveAt(int exit, View<float> x, const PassResults& results, Workspace& workspace,
                      const Run& run);
  void ApplyRule(int exit, View<const float> candidates, const PassResults& results,
                 Workspace& workspace, const Run& run);
  View<float> MoveLeaving(View<float> x, View<float> left);
  void FinishRows(View<const float> x, const PassResults& results, Workspace& workspace,
                  const Run& run) const;

  const Decoder& decoder_;
  const ExitPlan& plan_;
  // The spans that still run, and the state of each. Their rows are in x in this order.
  std::vector<TokenSpan> spans_;
  std::vector<RowState> rows_;
  std::vector<TokenSpan> leaving_;  // that exit here
};

}  // namespace edgevlm
