// PromptBudget: how much of new prompts a step may read while others speak. For engine/scheduling/
// only.
#pragma once

namespace edgevlm {

// A step that reads rows of a prompt takes longer, and everybody's next word comes later by so
// much. Learns from the steps what a step costs without prompts, and what a row adds; gives prompts
// as many rows as keep a step below kLongest times the first. The first few rows wait for memory
// with the others and cost little: what they teach is not believed of many, so that the rows grow
// by half at a time. Threads: one at a time.
class PromptBudget {
 public:
  static constexpr double kLongest = 2.2;
  static constexpr int kMinRows = 8;

  // most_rows: never more.
  explicit PromptBudget(int most_rows) : most_rows_(most_rows) {}

  int Rows() const;

  // A step in which somebody spoke and so many rows of prompts were read.
  void Learn(int prompt_rows, double milliseconds);

 private:
  const int most_rows_;
  double step_ms_ = 0;  // without prompts; 0: not known yet
  double row_ms_ = 0;   // that one more row adds
  int tried_rows_ = 0;  // in the last step with a prompt
};

}  // namespace edgevlm
