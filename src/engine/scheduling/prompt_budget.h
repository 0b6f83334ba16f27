// PromptBudget: how many prompt rows a step may prefill while replies are generated. For
// engine/scheduling/ only.
#pragma once

namespace edgevlm {

// A step with prompt rows takes longer and delays the next token of every running reply. The budget
// learns from the steps what a step costs without prompts, and what a row adds; it allows as many
// rows as keep a step below kLongest times the first. The first few rows are memory-bound like the
// rest of the step and cost little: their cost says little about many rows, so the budget grows by
// at most half at a time. Threads: one at a time.
class PromptBudget {
 public:
  static constexpr double kLongest = 2.2;
  static constexpr int kMinRows = 8;

  explicit PromptBudget(int max_rows) : max_rows_(max_rows) {}

  int Rows() const;

  // Records a step with running replies and this many prompt rows.
  void Learn(int prompt_rows, double milliseconds);

 private:
  const int max_rows_;
  double step_ms_ = 0;  // without prompts; 0: not measured yet
  double row_ms_ = 0;   // cost of one more row
  int tried_rows_ = 0;  // in the last step with a prompt
};

}  // namespace edgevlm
