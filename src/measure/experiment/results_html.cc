// The report of an experiment as one page: finding, plots, figures, and what it was run on.
#include <algorithm>

#include "measure/experiment/builtin_files.h"
#include "measure/experiment/metric_text.h"
#include "measure/experiment/plot.h"
#include "measure/experiment/results.h"

namespace edgevlm {
namespace {

std::string Element(std::string_view tag, std::string_view text) {
  return "<" + std::string(tag) + ">" + Escaped(text) + "</" + std::string(tag) + ">";
}

// The finding's metric first, then the others.
std::vector<std::string> PlottedMetrics(const ExperimentResults& results) {
  std::vector<std::string> metrics = results.summary.MetricNames();
  const auto first = std::ranges::find(metrics, results.spec.finding.metric);
  if (first != metrics.end()) std::rotate(metrics.begin(), first, first + 1);
  return metrics;
}

// The variable whose values a plot is drawn over.
const Axis* PlottedAxis(const Spec& spec) {
  for (const Axis& axis : spec.vary) {
    if (axis.variable == spec.finding.over) return &axis;
  }
  return spec.vary.empty() ? nullptr : &spec.vary.back();
}

Plot MakePlot(const ExperimentResults& results, const Axis& axis, const std::string& metric) {
  Plot plot = {.metric = metric, .variable = axis.variable, .x = axis.values, .series = {}};
  std::vector<Condition> others;  // one for each series
  for (const ConditionSummary& condition : results.summary.conditions()) {
    const Condition other = WithoutVariable(condition.condition, axis.variable);
    const auto found = std::ranges::find(others, other);
    const auto series = static_cast<std::size_t>(found - others.begin());
    if (found == others.end()) {
      others.push_back(other);
      plot.series.push_back({.name = other.empty() ? "" : ConditionText(other), .values = {}});
      plot.series.back().values.resize(axis.values.size());
    }
    const std::string& value = *FindValue(condition.condition, axis.variable);
    const auto x =
        static_cast<std::size_t>(std::ranges::find(axis.values, value) - axis.values.begin());
    const MetricSummary* const measured = condition.Find(metric);
    if (measured != nullptr) plot.series[series].values[x] = measured->estimate();
  }
  return plot;
}

std::string Legend(const Plot& plot) {
  if (plot.series.size() < 2) return "";
  std::string legend = "<ul class='legend'>";
  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    legend += "<li><i class='s" + std::to_string(i % 6) + "'></i>" + Escaped(plot.series[i].name) +
              "</li>";
  }
  return legend + "</ul>";
}

std::string Plots(const ExperimentResults& results) {
  const Axis* const axis = PlottedAxis(results.spec);
  if (axis == nullptr) return "";
  std::string html;
  for (const std::string& metric : PlottedMetrics(results)) {
    const Plot plot = MakePlot(results, *axis, metric);
    html += "<section>" + Element("h2", MetricLabel(metric)) + PlotSvg(plot) + Legend(plot) +
            "</section>";
  }
  return html;
}

std::string Table(const ExperimentResults& results) {
  const std::vector<std::string> metrics = PlottedMetrics(results);
  std::string html = "<section><h2>All figures</h2><div class='scroller'><table><thead><tr>" +
                     Element("th", "condition") + Element("th", "samples");
  for (const std::string& metric : metrics) html += Element("th", MetricLabel(metric));
  html += "</tr></thead><tbody>";
  for (const ConditionSummary& condition : results.summary.conditions()) {
    html += "<tr>" + Element("th", ConditionText(condition.condition)) +
            Element("td", std::to_string(condition.samples));
    for (const std::string& metric : metrics) {
      const MetricSummary* const found = condition.Find(metric);
      if (found == nullptr) {
        html += "<td>-</td>";
        continue;
      }
      const Estimate value = found->estimate();
      html += "<td>" + Escaped(MetricText(metric, value.value)) + "<small>" +
              Escaped(MetricText(metric, value.low) + " to " + MetricText(metric, value.high)) +
              "</small></td>";
    }
    html += "</tr>";
    if (condition.failures > 0) {
      html += "<tr><td class='wrong' colspan='" + std::to_string(metrics.size() + 2) + "'>" +
              Escaped(std::to_string(condition.failures) + " failed: " + condition.error) +
              "</td></tr>";
    }
  }
  return html +
         "</tbody></table></div><p class='note'>Medians, of scores means; below them 95 % "
         "intervals from order "
         "statistics (of fewer than six samples: all of them).</p></section>";
}

std::string Facts(const ExperimentResults& results) {
  const RunRecord& run = results.record;
  std::string html = "<section><h2>What was measured, and on what</h2><dl>";
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) html += Element("dt", name) + Element("dd", value);
  };
  add("Model", run.model + (run.model_sha256.empty() ? "" : " (" + run.model_sha256 + ")"));
  add("Samples", std::to_string(results.samples) + " of " + std::to_string(results.planned));
  add("Items", std::to_string(run.items));
  add("Seed", std::to_string(run.seed));
  add("Processor",
      run.cpu + ", " + run.instruction_set + ", " + std::to_string(run.threads) + " threads" +
          (run.frequency_policy.empty() ? "" : ", frequency policy " + run.frequency_policy));
  add("Build", "EdgeVLM " + run.version + ", compiler " + run.compiler);
  add("Time", run.time);
  return html + "</dl><details><summary>The spec</summary>" + Element("pre", run.spec) +
         "</details></section>";
}

std::string ClaimText(const ExperimentResults& results) {
  const Claim& claim = results.spec.claim;
  if (claim.text.empty()) return "";
  return "<p class='claim'>Claimed: " + Escaped(claim.text) + " <cite>" + Escaped(claim.source) +
         "</cite> <b>" + Escaped(VerdictName(results.finding.verdict)) + "</b></p>";
}

}  // namespace

std::string ResultsHtml(const ExperimentResults& results) {
  return "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
         "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src "
         "'nonce-report'; base-uri 'none'; form-action 'none'\">"
         "<meta name='viewport' content='width=device-width, initial-scale=1'>"
         "<meta name='color-scheme' content='light dark'>" +
         Element("title", results.spec.title) + "<style nonce='report'>" +
         std::string(BuiltinFile("report.css")) + "</style></head><body><header>" +
         Element("h1", results.spec.title) + "</header><main><section><h2>Finding</h2>" +
         "<p class='finding'>" + Escaped(results.finding.text) + "</p>" + ClaimText(results) +
         "</section>" + Plots(results) + Table(results) + Facts(results) +
         "</main></body></html>\n";
}

}  // namespace edgevlm
