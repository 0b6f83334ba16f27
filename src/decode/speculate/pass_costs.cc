#include "decode/speculate/pass_costs.h"

#include <algorithm>

#include "base/check.h"

namespace edgevlm {
namespace {

// The weight of a new measurement in the moving average.
constexpr double kNewestPassWeight = 0.2;
// Ratio to the known cost above which something else probably used the processor.
constexpr double kDisturbed = 2;
// The assumed cost of one more row, relative to a pass of one row, where nothing is measured: low
// enough to be tried, but above zero, so that the longest draft is not tried first.
constexpr double kHopedSlope = 0.15;

}  // namespace

void PassCosts::Learn(int rows, double ms) {
  CHECK(rows >= 1 && ms >= 0);
  if (rows > kMaxRows) return;
  double& known = ms_[static_cast<std::size_t>(rows)];
  known = known == 0 ? ms : known + kNewestPassWeight * (std::min(ms, kDisturbed * known) - known);
  max_measured_rows_ = std::max(max_measured_rows_, rows);
}

double PassCosts::Milliseconds(int rows) const {
  CHECK(known() && rows >= 0);
  if (rows == 0) return 0;
  const auto measured = [&](int at) { return ms_[static_cast<std::size_t>(at)]; };
  int above = std::min(rows, max_measured_rows_ + 1);
  while (above <= max_measured_rows_ && measured(above) == 0) ++above;
  int below = std::min(rows, max_measured_rows_);
  while (below > 0 && measured(below) == 0) --below;
  if (above > max_measured_rows_) {
    return measured(below) * (1 + kHopedSlope * (rows - below) / (1 + kHopedSlope * (below - 1)));
  }
  if (below == above) return measured(rows);
  if (below == 0) {
    return measured(above) * (1 + kHopedSlope * (rows - 1)) / (1 + kHopedSlope * (above - 1));
  }
  const double part = static_cast<double>(rows - below) / (above - below);
  return measured(below) + part * (measured(above) - measured(below));
}

}  // namespace edgevlm
