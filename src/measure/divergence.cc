#include "measure/divergence.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "base/check.h"

namespace edgevlm {
namespace {

constexpr double kPercentile = 0.99;

struct LogitComparison {
  double divergence = 0;
  double p_log_sum = 0;  // log(sum(exp(of_p)))
  double q_log_sum = 0;
};

// With E_p the mean under p:
//   KL(p || q) = E_p[of_p - of_q] - log(sum(exp(of_p))) + log(sum(exp(of_q)))
// so each logit is exponentiated once.
LogitComparison CompareLogits(std::span<const float> of_p, std::span<const float> of_q) {
  CHECK(!of_p.empty() && of_p.size() == of_q.size());
  const double p_greatest = *std::ranges::max_element(of_p);
  const double q_greatest = *std::ranges::max_element(of_q);
  double p_sum = 0, q_sum = 0, differences = 0;
  for (std::size_t i = 0; i < of_p.size(); ++i) {
    const double weight = std::exp(of_p[i] - p_greatest);
    p_sum += weight;
    q_sum += std::exp(of_q[i] - q_greatest);
    differences += weight * (double{of_p[i]} - double{of_q[i]});
  }
  LogitComparison comparison = {.p_log_sum = p_greatest + std::log(p_sum),
                                .q_log_sum = q_greatest + std::log(q_sum)};
  // Rounding may leave a tiny negative number.
  comparison.divergence =
      std::max(0.0, differences / p_sum - (comparison.p_log_sum - comparison.q_log_sum));
  return comparison;
}

// REQUIRES: values is not empty.
double Percentile(std::vector<double> values, double fraction) {
  std::ranges::sort(values);
  const double place = fraction * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  const double part = place - static_cast<double>(below);
  return values[below] + part * (values[above] - values[below]);
}

}  // namespace

double Divergence(std::span<const float> of_p, std::span<const float> of_q) {
  return CompareLogits(of_p, of_q).divergence;
}

RowComparison CompareRows(std::span<const float> reference, std::span<const float> measured,
                          int next) {
  const LogitComparison comparison = CompareLogits(reference, measured);
  const auto token = static_cast<std::size_t>(next);
  CHECK(next >= 0 && token < reference.size());
  const auto reference_best = std::ranges::max_element(reference) - reference.begin();
  const auto measured_best = std::ranges::max_element(measured) - measured.begin();
  return {.divergence = comparison.divergence,
          .same_token = reference_best == measured_best,
          .reference_surprisal = comparison.p_log_sum - reference[token],
          .measured_surprisal = comparison.q_log_sum - measured[token]};
}

DivergenceSummary Summarize(std::span<const RowComparison> rows) {
  CHECK(!rows.empty());
  const auto mean = [&](const auto& value_of) {
    double sum = 0;
    for (const RowComparison& row : rows) sum += value_of(row);
    return sum / static_cast<double>(rows.size());
  };
  std::vector<double> divergences;
  for (const RowComparison& row : rows) divergences.push_back(row.divergence);
  return {
      .mean = mean([](const RowComparison& row) { return row.divergence; }),
      .p99 = Percentile(std::move(divergences), kPercentile),
      .same_token = mean([](const RowComparison& row) { return row.same_token ? 1.0 : 0.0; }),
      .perplexity = std::exp(mean([](const RowComparison& row) { return row.measured_surprisal; })),
      .reference_perplexity =
          std::exp(mean([](const RowComparison& row) { return row.reference_surprisal; }))};
}

}  // namespace edgevlm
