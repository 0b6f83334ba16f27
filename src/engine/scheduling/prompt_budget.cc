#include "engine/scheduling/prompt_budget.h"

#include <algorithm>

namespace edgevlm {
namespace {

// The weight of the last step in the moving average.
constexpr double kWeight = 0.25;

void Approach(double& value, double measured) {
  value = value == 0 ? measured : value + kWeight * (measured - value);
}

}  // namespace

int PromptBudget::Rows() const {
  const int min_rows = std::min(kMinRows, max_rows_);
  if (step_ms_ == 0 || row_ms_ == 0) return min_rows;
  const double rows = (kLongest - 1) * step_ms_ / row_ms_;
  const int max_next_rows = std::clamp(tried_rows_ + tried_rows_ / 2, min_rows, max_rows_);
  return static_cast<int>(std::clamp<double>(rows, min_rows, max_next_rows));
}

void PromptBudget::Learn(int prompt_rows, double milliseconds) {
  if (prompt_rows == 0) return Approach(step_ms_, milliseconds);
  tried_rows_ = prompt_rows;
  if (step_ms_ == 0) return;
  const double added = std::max(milliseconds - step_ms_, 0.0) / prompt_rows;
  if (added > row_ms_) {
    row_ms_ = added;  // a step that was too slow must not be repeated
  } else if (added > 0) {
    Approach(row_ms_, added);
  }
}

}  // namespace edgevlm
