#include "measure/experiment/summary.h"

#include <algorithm>
#include <cmath>

#include "eval/scores/statistics.h"
#include "measure/experiment/metric_text.h"

namespace edgevlm {
namespace {

void AddValue(const std::string& name, double value, ConditionSummary& condition) {
  auto metric = std::ranges::find(condition.metrics, name, &MetricSummary::name);
  if (metric == condition.metrics.end()) {
    metric = condition.metrics.insert(metric, {.name = name, .values = {}});
  }
  metric->values.Add(value);
}

// The scores of single replies are a metric, too, so that judges can compare them.
void Score(const ExperimentSample& sample, ConditionSummary& condition) {
  for (std::size_t i = 0; i < condition.scorers.size(); ++i) {
    const Result<RowScore> score = condition.scorers[i]->Add({.answers = sample.answers,
                                                              .choices = sample.choices,
                                                              .reply = *sample.reply,
                                                              .cluster = sample.path});
    if (score) {
      AddValue("reply_score", score->value, condition);
    } else if (condition.unscored++ == 0) {
      condition.unscored_error = score.error().message;
    }
  }
}

}  // namespace

Estimate MetricSummary::estimate() const {
  if (!IsMean(name)) return values.Median();
  // As if each value were 0 or 1, which no others in [0, 1] with their mean vary more than.
  const double right = values.mean() * static_cast<double>(values.count());
  const Interval interval = WilsonInterval(std::llround(right), values.count());
  return {.value = values.mean(), .low = interval.low, .high = interval.high};
}

const MetricSummary* ConditionSummary::Find(std::string_view metric) const {
  const auto found = std::ranges::find(metrics, metric, &MetricSummary::name);
  return found == metrics.end() ? nullptr : &*found;
}

Summary::Summary(const std::vector<Condition>& conditions, const std::vector<std::string>& scores) {
  for (const Condition& condition : conditions) {
    index_[ConditionText(condition)] = conditions_.size();
    ConditionSummary& summary = conditions_.emplace_back();
    summary.condition = condition;
    for (const std::string& score : scores) summary.scorers.push_back(*MakeScorer(score));
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
  for (const auto& [name, value] : sample.metrics) AddValue(name, value, condition);
  if (sample.reply && sample.round == 0) Score(sample, condition);
  return {};
}

void Summary::Finish() {
  for (ConditionSummary& condition : conditions_) {
    for (const auto& scorer : condition.scorers) {
      if (Result<ScoredSet> scored = scorer->Finish()) {
        condition.scores.push_back(*std::move(scored));
      }
    }
  }
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
