#include "eval/scores/statistics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "base/check.h"

namespace edgevlm {
namespace {

constexpr double kNormal95 = 1.959963984540054;  // the 97.5 % quantile of the normal distribution

double SumOfSquares(std::span<const double> values) {
  const double mean = Mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum;
}

}  // namespace

double Mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

double StandardError(std::span<const double> values) {
  if (values.size() < 2) return 0;
  const auto n = static_cast<double>(values.size());
  return std::sqrt(SumOfSquares(values) / (n - 1) / n);
}

double ClusteredStandardError(std::span<const double> values,
                              std::span<const std::string> clusters) {
  CHECK(values.size() == clusters.size());
  if (values.size() < 2) return 0;
  const auto n = static_cast<double>(values.size());
  const double mean = Mean(values);
  std::map<std::string_view, double> deviations;  // summed by cluster
  for (std::size_t i = 0; i < values.size(); ++i) deviations[clusters[i]] += values[i] - mean;
  // The square of a cluster's sum has the products of different members and each member's square.
  double products = -SumOfSquares(values);
  for (const auto& [cluster, sum] : deviations) products += sum * sum;
  const double error = StandardError(values);
  return std::sqrt(std::max(0.0, error * error + products / (n * n)));
}

Interval NormalInterval(double mean, double standard_error) {
  return {mean - kNormal95 * standard_error, mean + kNormal95 * standard_error};
}

Interval WilsonInterval(std::int64_t right, std::int64_t n) {
  CHECK(0 <= right && right <= n);
  if (n == 0) return {0, 1};
  constexpr double kSquare = kNormal95 * kNormal95;
  const auto count = static_cast<double>(n);
  const double fraction = static_cast<double>(right) / count;
  const double middle = (fraction + kSquare / (2 * count)) / (1 + kSquare / count);
  const double spread =
      std::sqrt(fraction * (1 - fraction) / count + kSquare / (4 * count * count));
  const double half = kNormal95 * spread / (1 + kSquare / count);
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

PairedDifference ComparePaired(std::span<const double> a, std::span<const double> b) {
  CHECK(a.size() == b.size());
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(b[i] - a[i]);
  PairedDifference result{Mean(differences), StandardError(differences), 0};
  if (result.standard_error > 0) result.t = result.mean / result.standard_error;
  return result;
}

double McNemarExactP(std::int64_t only_a_right, std::int64_t only_b_right) {
  CHECK(only_a_right >= 0 && only_b_right >= 0);
  // The binomial distribution with probability 1/2; logarithms, since 2^n overflows.
  const auto n = static_cast<double>(only_a_right + only_b_right);
  const std::int64_t fewer = std::min(only_a_right, only_b_right);
  double log_term = -n * std::log(2.0);  // C(n, 0) / 2^n
  double sum = 0;
  for (std::int64_t i = 0; i <= fewer; ++i) {
    sum += std::exp(log_term);
    log_term += std::log((n - static_cast<double>(i)) / static_cast<double>(i + 1));
  }
  return std::min(1.0, 2 * sum);
}

double BrierScore(std::span<const double> probabilities, std::span<const double> outcomes) {
  CHECK(probabilities.size() == outcomes.size());
  double sum = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const double gap = probabilities[i] - outcomes[i];
    sum += gap * gap;
  }
  return outcomes.empty() ? 0 : sum / static_cast<double>(outcomes.size());
}

}  // namespace edgevlm
