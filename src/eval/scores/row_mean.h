// The mean of the scores of rows, with its error bar.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "eval/scores/scorer.h"

namespace edgevlm {

// Keeps the score and the cluster of each row.
class RowMean {
 public:
  void Add(double value, std::string_view cluster);
  std::int64_t rows() const { return static_cast<std::int64_t>(values_.size()); }

  // The mean with an interval in [0, 1]: the normal one of the clustered standard error if rows
  // have clusters in common. Otherwise, and if that error is 0, Wilson's if all scores are 0 or 1,
  // else the normal one.
  SetScore Score(std::string name) const;

 private:
  std::vector<double> values_;
  std::vector<std::string> clusters_;  // a row without one gets its own
};

// The error of Finish without rows: "vqa: expected at least one row, found none".
Error NoRows(std::string_view kind);

}  // namespace edgevlm
