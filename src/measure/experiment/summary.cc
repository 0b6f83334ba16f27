#include "measure/experiment/summary.h"

#include <algorithm>

#include "measure/experiment/metric_text.h"

namespace edgevlm {

Estimate MetricSummary::estimate() const { return IsMean(name) ? values.Mean() : values.Median(); }

const MetricSummary* ConditionSummary::Find(std::string_view metric) const {
  const auto found = std::ranges::find(metrics, metric, &MetricSummary::name);
  return found == metrics.end() ? nullptr : &*found;
}

Summary::Summary(const std::vector<Condition>& conditions) {
  for (const Condition& condition : conditions) {
    index_[ConditionText(condition)] = conditions_.size();
    conditions_.push_back({.condition = condition, .error = {}, .metrics = {}});
  }
}

MaybeError Summary::Add(const ExperimentSample& sample) {
  const auto found = index_.find(ConditionText(sample.condition));
  if (found == index_.end()) {
    return Error{ErrorCode::kCorrupt, "sample " + std::to_string(sample.index) +
                                          ": expected a condition of the experiment, found " +
                                          ConditionText(sample.condition)};
  }
  ConditionSummary& condition = conditions_[found->second];
  if (!sample.error.empty()) {
    if (condition.failures++ == 0) condition.error = sample.error;
    return {};
  }
  ++condition.samples;
  for (const auto& [name, value] : sample.metrics) {
    auto metric = std::ranges::find(condition.metrics, name, &MetricSummary::name);
    if (metric == condition.metrics.end()) {
      metric = condition.metrics.insert(metric, {.name = name, .values = {}});
    }
    metric->values.Add(value);
  }
  return {};
}

std::vector<std::string> Summary::MetricNames() const {
  std::vector<std::string> names;
  for (const ConditionSummary& condition : conditions_) {
    for (const MetricSummary& metric : condition.metrics) {
      if (std::ranges::find(names, metric.name) == names.end()) names.push_back(metric.name);
    }
  }
  return names;
}

}  // namespace edgevlm
