#include "measure/experiment/results.h"

#include <nlohmann/json.hpp>

#include "eval/datasets/csv.h"
#include "measure/experiment/metric_text.h"

namespace edgevlm {
namespace {

using Json = nlohmann::ordered_json;

Json ToJson(const ConditionSummary& condition) {
  Json json = {{"condition", Json::object()},
               {"samples", condition.samples},
               {"failures", condition.failures}};
  for (const auto& [variable, value] : condition.condition) json["condition"][variable] = value;
  if (!condition.error.empty()) json["error"] = condition.error;
  json["metrics"] = Json::object();
  for (const MetricSummary& metric : condition.metrics) {
    const Estimate interval = metric.estimate();
    json["metrics"][metric.name] = {{IsMean(metric.name) ? "mean" : "median", interval.value},
                                    {"low", interval.low},
                                    {"high", interval.high},
                                    {"samples", metric.values.count()}};
  }
  if (condition.scorers.empty()) return json;
  json["scores"] = Json::array();
  for (const ScoredSet& set : condition.scores) {
    for (const SetScore& score : set.scores) {
      Json one = {{"kind", set.kind},
                  {"rule", set.rule},
                  {"rows", set.rows},
                  {"name", score.name},
                  {"value", score.value}};
      if (score.interval) {
        one["low"] = score.interval->low;
        one["high"] = score.interval->high;
      }
      json["scores"].push_back(std::move(one));
    }
  }
  json["unscored"] = condition.unscored;
  return json;
}

// "vqa (official), 40 rows: accuracy 0.61 (0.5 to 0.7)".
std::string ScoreText(const ScoredSet& set) {
  std::string text = set.kind + " (" + set.rule + "), " + std::to_string(set.rows) + " rows:";
  for (const SetScore& score : set.scores) {
    text += " " + score.name + " " + ThreeDigits(score.value);
    if (score.interval) {
      text += " (" + ThreeDigits(score.interval->low) + " to " + ThreeDigits(score.interval->high) +
              ")";
    }
  }
  return text;
}

}  // namespace

std::string ResultsJson(const ExperimentResults& results) {
  Json json = {{"format", "edgevlm experiment"},
               {"version", 1},
               {"name", results.spec.name},
               {"title", results.spec.title},
               {"finding", results.finding.text},
               {"claim",
                {{"text", results.spec.claim.text},
                 {"source", results.spec.claim.source},
                 {"verdict", VerdictName(results.finding.verdict)}}},
               {"samples", results.samples},
               {"planned", results.planned},
               {"cost_ms",
                {{"samples", results.cost.sample_ms},
                 {"models", results.cost.load_ms},
                 {"runner", results.cost.own_ms}}}};
  json["run"] = Json::parse(RunRecordJson(results.record));
  json["conditions"] = Json::array();
  for (const ConditionSummary& condition : results.summary.conditions()) {
    json["conditions"].push_back(ToJson(condition));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string ResultsCsv(const ExperimentResults& results) {
  std::vector<std::string> header;
  for (const Axis& axis : results.spec.vary) header.push_back(axis.variable);
  for (const char* column : {"metric", "samples", "estimate", "low", "high"}) {
    header.emplace_back(column);
  }
  std::string csv;
  AppendCsvRow(header, csv);
  for (const ConditionSummary& condition : results.summary.conditions()) {
    for (const MetricSummary& metric : condition.metrics) {
      std::vector<std::string> row;
      for (const auto& [variable, value] : condition.condition) row.push_back(value);
      const Estimate interval = metric.estimate();
      row.push_back(metric.name);
      row.push_back(std::to_string(metric.values.count()));
      for (const double value : {interval.value, interval.low, interval.high}) {
        row.push_back(Json(value).dump());
      }
      AppendCsvRow(row, csv);
    }
  }
  return csv;
}

std::string ResultsText(const ExperimentResults& results) {
  std::string text = results.spec.title + "\n" + results.finding.text + "\n";
  if (!results.spec.claim.text.empty()) {
    text += "claimed: " + results.spec.claim.text + " (" + results.spec.claim.source +
            "): " + std::string(VerdictName(results.finding.verdict)) + "\n";
  }
  if (results.samples < results.planned) {
    text +=
        std::to_string(results.samples) + " of " + std::to_string(results.planned) + " samples\n";
  }
  for (const ConditionSummary& condition : results.summary.conditions()) {
    const std::string name = ConditionText(condition.condition) + ": ";
    for (const ScoredSet& set : condition.scores) text += name + ScoreText(set) + "\n";
    if (condition.unscored > 0) {
      text += name + std::to_string(condition.unscored) +
              " replies not scored: " + condition.unscored_error + "\n";
    }
    if (condition.failures == 0) continue;
    text += name + std::to_string(condition.failures) + " failed: " + condition.error + "\n";
  }
  return text;
}

}  // namespace edgevlm
