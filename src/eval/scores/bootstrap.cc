#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "base/check.h"
#include "eval/scores/statistics.h"

namespace edgevlm {
namespace {

// Draws indices below n with replacement. Not std::uniform_int_distribution, which differs between
// standard libraries.
class IndexDraw {
 public:
  explicit IndexDraw(std::uint64_t seed) : engine_(seed) {}
  std::size_t Below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }

 private:
  std::mt19937_64 engine_;
};

MaybeError WrongOptions(std::size_t items, const BootstrapOptions& options) {
  if (items == 0) {
    return Error{ErrorCode::kInvalid, "bootstrap: expected at least one item, found none"};
  }
  if (options.draws < 1 || options.draws > 1'000'000) {
    return Error{ErrorCode::kInvalid,
                 "bootstrap: draws: expected 1 to 1000000, found " + std::to_string(options.draws)};
  }
  return std::nullopt;
}

// Between the two nearest values. sorted: not empty.
double Quantile(std::span<const double> sorted, double fraction) {
  const double at = fraction * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

Interval Percentiles(std::vector<double>& values) {
  std::ranges::sort(values);
  return {Quantile(values, 0.025), Quantile(values, 0.975)};
}

struct Cluster {
  double sum = 0;
  double items = 0;
};

std::vector<Cluster> SumClusters(std::span<const double> a, std::span<const double> b,
                                 std::span<const std::string> names) {
  std::vector<Cluster> clusters;
  std::map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::size_t next = clusters.size();
    const std::size_t at = names.empty() ? next : index.try_emplace(names[i], next).first->second;
    if (at == next) clusters.emplace_back();
    clusters[at].sum += b[i] - a[i];
    clusters[at].items += 1;
  }
  return clusters;
}

double MedianOf(std::vector<double>& values) {
  std::ranges::sort(values);
  return Quantile(values, 0.5);
}

}  // namespace

Result<BootstrapDifference> BootstrapPaired(std::span<const double> a, std::span<const double> b,
                                            std::span<const std::string> clusters,
                                            const BootstrapOptions& options) {
  if (auto error = WrongOptions(a.size(), options)) return *error;
  if (b.size() != a.size() || (!clusters.empty() && clusters.size() != a.size())) {
    return Error{ErrorCode::kInvalid, "bootstrap: expected as many items of each, found " +
                                          std::to_string(a.size()) + ", " +
                                          std::to_string(b.size()) + " and " +
                                          std::to_string(clusters.size()) + " clusters"};
  }
  const std::vector<Cluster> sums = SumClusters(a, b, clusters);
  BootstrapDifference result;
  result.mean = ComparePaired(a, b).mean;
  IndexDraw draw(options.seed);
  std::vector<double> differences;
  int other_side = 0;
  for (int i = 0; i < options.draws; ++i) {
    Cluster drawn;
    for (std::size_t j = 0; j < sums.size(); ++j) {
      const Cluster& cluster = sums[draw.Below(sums.size())];
      drawn.sum += cluster.sum;
      drawn.items += cluster.items;
    }
    differences.push_back(drawn.sum / drawn.items);
    other_side += (result.mean >= 0 ? drawn.sum <= 0 : drawn.sum >= 0) ? 1 : 0;
  }
  result.interval = Percentiles(differences);
  result.p = std::min(1.0, 2.0 * other_side / options.draws);
  return result;
}

Result<MedianInterval> BootstrapMedian(std::span<const double> values,
                                       const BootstrapOptions& options) {
  if (auto error = WrongOptions(values.size(), options)) return *error;
  std::vector<double> drawn(values.begin(), values.end());
  MedianInterval result;
  result.median = MedianOf(drawn);
  IndexDraw draw(options.seed);
  std::vector<double> medians;
  for (int i = 0; i < options.draws; ++i) {
    for (double& value : drawn) value = values[draw.Below(values.size())];
    medians.push_back(MedianOf(drawn));
  }
  result.interval = Percentiles(medians);
  return result;
}

}  // namespace edgevlm
