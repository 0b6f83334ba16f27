#include "eval/scores/row_mean.h"

#include <algorithm>
#include <set>
#include <utility>

namespace edgevlm {

void RowMean::Add(double value, std::string_view cluster) {
  values_.push_back(value);
  // No path ends with a newline, so the name of a cluster of one row is nobody else's.
  clusters_.push_back(cluster.empty() ? std::to_string(values_.size()) + "\n"
                                      : std::string(cluster));
}

SetScore RowMean::Score(std::string name) const {
  SetScore score{std::move(name), Mean(values_), std::nullopt};
  const std::set<std::string_view> distinct(clusters_.begin(), clusters_.end());
  const auto right = std::ranges::count(values_, 1.0);
  const bool is_fraction = right + std::ranges::count(values_, 0.0) == rows();
  const bool is_clustered = distinct.size() < clusters_.size();
  const double error =
      is_clustered ? ClusteredStandardError(values_, clusters_) : StandardError(values_);
  if (is_fraction && (!is_clustered || error == 0)) {
    score.interval = WilsonInterval(right, rows());
  } else {
    const Interval normal = NormalInterval(score.value, error);
    score.interval = {std::max(0.0, normal.low), std::min(1.0, normal.high)};
  }
  return score;
}

Error NoRows(std::string_view kind) {
  return {ErrorCode::kInvalid, std::string(kind) + ": expected at least one row, found none"};
}

}  // namespace edgevlm
