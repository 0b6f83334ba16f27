#include "measure/experiment/values.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace edgevlm {
namespace {

constexpr double kNormal95 = 1.959964;  // quantile of the normal distribution
constexpr std::size_t kLeastForInterval = 6;

}  // namespace

void Values::Add(double value) {
  sum_ += value;
  ++count_;
  if (kept_.size() < kMaxKept) {
    kept_.push_back(value);
    return;
  }
  const std::uint64_t place = rng_() % static_cast<std::uint64_t>(count_);
  if (place < kMaxKept) kept_[place] = value;
}

double Values::mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

Estimate Values::Median() const {
  CHECK(!kept_.empty());
  std::vector<double> sorted = kept_;
  std::ranges::sort(sorted);
  const std::size_t n = sorted.size();
  const double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  if (n < kLeastForInterval) {
    return {.value = median, .low = sorted.front(), .high = sorted.back()};
  }
  const double half = static_cast<double>(n) / 2;
  const double width = kNormal95 * std::sqrt(static_cast<double>(n)) / 2;
  const auto low = static_cast<std::size_t>(std::max(0.0, std::floor(half - width)));
  const std::size_t high = std::min(n - 1, static_cast<std::size_t>(std::ceil(half + width)));
  return {.value = median, .low = sorted[low], .high = sorted[high]};
}

}  // namespace edgevlm
