// Error bars and comparisons of scores (Miller 2024, "Adding Error Bars to Evals"; lmms-eval).
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"

namespace edgevlm {

// Of 95 %.
struct Interval {
  double low = 0;
  double high = 0;
};

double Mean(std::span<const double> values);  // 0 without values

// s / sqrt(n), s with n - 1; 0 for fewer than two values.
double StandardError(std::span<const double> values);

// The same for values that come in clusters, such as the questions about one video:
// sqrt(SE^2 + (1 / n^2) * sum over clusters of the products of the deviations of any two different
// members, in both orders). clusters: the name of each value's cluster. REQUIRES: equal sizes.
double ClusteredStandardError(std::span<const double> values,
                              std::span<const std::string> clusters);

// mean +- 1.96 standard errors.
Interval NormalInterval(double mean, double standard_error);

// Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference": the interval
// of a fraction, in [0, 1] for small n too. [0, 1] for n = 0. REQUIRES: 0 <= right <= n.
Interval WilsonInterval(std::int64_t right, std::int64_t n);

// Two systems on the same items.
struct PairedDifference {
  double mean = 0;  // of b - a
  double standard_error = 0;
  double t = 0;  // mean / standard error, with n - 1 degrees of freedom; 0 if the error is 0
};
// REQUIRES: equal sizes.
PairedDifference ComparePaired(std::span<const double> a, std::span<const double> b);

// The two-sided p-value of McNemar's exact test: items that only one of two systems has right.
// Cost: O(min of both).
double McNemarExactP(std::int64_t only_a_right, std::int64_t only_b_right);

// Draws are of the standard's mt19937_64, so one seed gives the same numbers on every machine.
struct BootstrapOptions {
  int draws = 10'000;  // 1 to 1,000,000
  std::uint64_t seed = 1;
};

// b - a on resampled items: percentiles 2.5 and 97.5 of the mean difference, and p = 2 * the
// fraction of draws on the other side of 0 (at most 1).
struct BootstrapDifference {
  double mean = 0;
  Interval interval;
  double p = 1;
};
// clusters: whole clusters are drawn; empty: single items. Cost: O(draws * clusters). Errors:
// kInvalid (no items, unequal sizes, draws).
Result<BootstrapDifference> BootstrapPaired(std::span<const double> a, std::span<const double> b,
                                            std::span<const std::string> clusters,
                                            const BootstrapOptions& options);

// The median with its percentile interval: for times, which have no normal distribution. Cost:
// O(draws * n). Errors: kInvalid (no values, draws).
struct MedianInterval {
  double median = 0;
  Interval interval;
};
Result<MedianInterval> BootstrapMedian(std::span<const double> values,
                                       const BootstrapOptions& options);

// The mean squared difference of probability and outcome (Brier 1950). The expected calibration
// error is CalibrationScore in eval/score.h. outcomes: 0 or 1. REQUIRES: equal sizes.
double BrierScore(std::span<const double> probabilities, std::span<const double> outcomes);

}  // namespace edgevlm
