// Summary: an experiment's metrics, condition by condition.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "eval/scores/scorer.h"
#include "measure/experiment/condition.h"
#include "measure/experiment/sample.h"
#include "measure/experiment/values.h"

namespace edgevlm {

struct MetricSummary {
  std::string name;
  Values values;

  Estimate estimate() const;  // the median, or the mean (IsMean)
};

struct ConditionSummary {
  Condition condition;
  std::int64_t samples = 0;  // that succeeded
  std::int64_t failures = 0;
  std::string error;                   // the first failure's
  std::vector<MetricSummary> metrics;  // in the order of their first values

  std::vector<std::unique_ptr<Scorer>> scorers;  // one for each score of the spec
  std::vector<ScoredSet> scores;                 // of all replies (Finish)
  std::int64_t unscored = 0;                     // replies to items without a usable answer
  std::string unscored_error;                    // the first one's

  // Null: it was not measured.
  const MetricSummary* Find(std::string_view metric) const;
};

// Adds up samples, in constant memory except for scores of captions, which keep what they count
// (eval/scores/cider_d.h). A reply is scored in its first round only: greedy ones are the same in
// all. Conditions are in the order in which the spec lists them.
class Summary {
 public:
  // scores: REQUIRES: MakeScorer knows them.
  Summary(const std::vector<Condition>& conditions, const std::vector<std::string>& scores);

  // Errors: kCorrupt (the sample's condition is none of these).
  MaybeError Add(const ExperimentSample& sample);

  // Scores the replies that were added. Call once, last.
  void Finish();

  const std::vector<ConditionSummary>& conditions() const { return conditions_; }
  // Of all conditions, in the order of their first values.
  std::vector<std::string> MetricNames() const;

 private:
  std::vector<ConditionSummary> conditions_;
  std::map<std::string, std::size_t> index_;  // by ConditionText
};

}  // namespace edgevlm
