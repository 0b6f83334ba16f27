// ExitPass: a pass of the decoder that rows may leave early.
#pragma once

#include <span>
#include <vector>

#include "decode/exit_plan.h"
#include "model/decoder.h"

namespace edgevlm {

// What comes out of a pass.
struct PassResults {
  View<float> logits;     // [R, V]
  std::span<int> blocks;  // [R], that each of these rows went through
};

// Threads: one at a time. Decoder and plan must outlive it.
class ExitPass {
 public:
  ExitPass(const Decoder& decoder, const ExitPlan& plan) : decoder_(decoder), plan_(plan) {}

  // As Decoder::Forward; but at each exit every row that may leave is asked what comes next, and if
  // the rule is content, that is its logits. Its keys and values of the blocks that it leaves out
  // are those of SkipBlocks; the others go on without it. A row leaves at the same exit, and says
  // the same bits, alone and in company.
  //   may_leave  one per span; such a span has one row, and asks for its logits
  // Cost: at each exit, the output matrix for the rows that may leave. Allocates only when this is
  // the largest batch yet.
  void Forward(std::span<const TokenSpan> batch, const std::vector<bool>& may_leave,
               const PassResults& results, Workspace& workspace, const Run& run);

 private:
  // Where a span's results go: its first row of the logits.
  struct RowState {
    int logits_row;
    bool may_leave;
    bool leaves;
  };

  void ReadBatch(std::span<const TokenSpan> batch, const std::vector<bool>& may_leave);
  View<float> LeaveAt(int exit, View<float> x, const PassResults& results, Workspace& workspace,
                      const Run& run);
  void Ask(int exit, View<const float> asked, const PassResults& results, Workspace& workspace,
           const Run& run);
  View<float> Part(View<float> x, View<float> left);
  void FinishRows(View<const float> x, const PassResults& results, Workspace& workspace,
                  const Run& run) const;

  const Decoder& decoder_;
  const ExitPlan& plan_;
  // The spans that are still going, and beside each its place. Their rows lie in x in this order.
  std::vector<TokenSpan> spans_;
  std::vector<RowState> rows_;
  std::vector<TokenSpan> leaving_;  // at this exit
};

}  // namespace edgevlm
