#include "measure/experiment/judges.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <vector>

#include "measure/experiment/metric_text.h"

namespace edgevlm {
namespace {

using Verdict = Finding::Verdict;

Verdict VerdictFrom(std::size_t held, std::size_t of) {
  if (of == 0) return Verdict::kNone;
  if (held == 0) return Verdict::kFails;
  return held == of ? Verdict::kHolds : Verdict::kPartly;
}

Finding NotMeasured(const FindingRule& rule) {
  return {.text = MetricLabel(rule.metric) + ": not measured", .verdict = Verdict::kNone};
}

std::optional<double> MedianOf(const ConditionSummary& condition, std::string_view metric) {
  const MetricSummary* const found = condition.Find(metric);
  if (found == nullptr) return std::nullopt;
  return found->estimate().value;
}

// A measured condition and its metric.
struct Point {
  const ConditionSummary* condition;
  double value;
};

std::vector<Point> PointsOf(const Summary& summary, std::string_view metric) {
  std::vector<Point> points;
  for (const ConditionSummary& condition : summary.conditions()) {
    if (const auto value = MedianOf(condition, metric)) points.push_back({&condition, *value});
  }
  return points;
}

// "61 % (image_side=448)"; without conditions to tell apart only the value.
std::string Where(const FindingRule& rule, const Point& point) {
  const std::string value = MetricText(rule.metric, point.value);
  if (point.condition->condition.empty()) return value;
  return value + " (" + ConditionText(point.condition->condition) + ")";
}

std::string InHowMany(std::size_t held, std::size_t of, const std::string& what) {
  return what + " in " + std::to_string(held) + " of " + std::to_string(of);
}

bool HasClaim(const FindingRule& rule) { return rule.low != 0 || rule.high != 0; }

std::string ClaimedRange(const FindingRule& rule, std::string_view metric) {
  if (rule.low == rule.high) return MetricText(metric, rule.low);
  return MetricText(metric, rule.low) + " to " + MetricText(metric, rule.high);
}

}  // namespace

Finding JudgeRange(const FindingRule& rule, const Summary& summary) {
  const std::vector<Point> points = PointsOf(summary, rule.metric);
  if (points.empty()) return NotMeasured(rule);
  const auto [least, most] = std::ranges::minmax_element(points, {}, &Point::value);
  Finding finding = {.text = MetricLabel(rule.metric) + ": " + Where(rule, *least)};
  if (points.size() > 1) finding.text += " to " + Where(rule, *most);
  if (!HasClaim(rule)) return finding;
  const auto held = static_cast<std::size_t>(std::ranges::count_if(points, [&](const Point& point) {
    return point.value >= rule.low && point.value <= rule.high;
  }));
  finding.text += "; " + InHowMany(held, points.size(),
                                   "the claimed " + ClaimedRange(rule, rule.metric) + " holds");
  finding.verdict = VerdictFrom(held, points.size());
  return finding;
}

Finding JudgeRatio(const FindingRule& rule, const Summary& summary) {
  const std::vector<Point> points = PointsOf(summary, rule.metric);
  std::vector<Point> ratios;  // by the condition with `to`
  for (const Point& to : points) {
    const std::string* const value = FindValue(to.condition->condition, rule.over);
    if (value == nullptr || *value != rule.to) continue;
    for (const Point& from : points) {
      const std::string* const other = FindValue(from.condition->condition, rule.over);
      if (other == nullptr || *other != rule.from || from.value == 0) continue;
      if (WithoutVariable(to.condition->condition, rule.over) ==
          WithoutVariable(from.condition->condition, rule.over)) {
        ratios.push_back({to.condition, to.value / from.value});
      }
    }
  }
  if (ratios.empty()) return NotMeasured(rule);
  const auto [least, most] = std::ranges::minmax_element(ratios, {}, &Point::value);
  Finding finding = {.text = MetricLabel(rule.metric) + " with " + rule.over + " " + rule.to +
                             " is " + ThreeDigits(least->value)};
  if (ratios.size() > 1) finding.text += " to " + ThreeDigits(most->value);
  finding.text += " times that with " + rule.from;
  if (!HasClaim(rule)) return finding;
  const auto held = static_cast<std::size_t>(std::ranges::count_if(ratios, [&](const Point& ratio) {
    return ratio.value >= rule.low && ratio.value <= rule.high;
  }));
  finding.text +=
      "; " + InHowMany(held, ratios.size(), "the claimed " + ClaimedRange(rule, "") + " holds");
  finding.verdict = VerdictFrom(held, ratios.size());
  return finding;
}

namespace {

// value = a n + b n^2 by least squares of the relative errors.
struct Growth {
  double linear = 0;
  double quadratic = 0;
  double largest = 0;  // n

  double QuadraticPart(double n) const { return quadratic * n / (linear + quadratic * n); }
  // Where the quadratic part is this share of the whole.
  double Bend(double share) const { return linear * share / (quadratic * (1 - share)); }
};

std::optional<Growth> Fit(const std::vector<Point>& points, const std::string& over) {
  double xx = 0, xy = 0, yy = 0, x1 = 0, y1 = 0;
  Growth growth;
  for (const Point& point : points) {
    const std::string* const text = FindValue(point.condition->condition, over);
    if (text == nullptr || point.value <= 0) continue;
    const double n = std::strtod(text->c_str(), nullptr);
    const double x = n / point.value, y = n * n / point.value;  // so that a x + b y should be 1
    xx += x * x, xy += x * y, yy += y * y, x1 += x, y1 += y;
    growth.largest = std::max(growth.largest, n);
  }
  const double determinant = xx * yy - xy * xy;
  if (determinant <= 0) return std::nullopt;
  growth.linear = (x1 * yy - y1 * xy) / determinant;
  growth.quadratic = (y1 * xx - x1 * xy) / determinant;
  return growth;
}

}  // namespace

Finding JudgeGrowth(const FindingRule& rule, const Summary& summary) {
  const std::vector<Point> points = PointsOf(summary, rule.metric);
  const std::optional<Growth> growth = Fit(points, rule.over);
  if (!growth) return NotMeasured(rule);
  const double part = std::clamp(growth->QuadraticPart(growth->largest), 0.0, 1.0);
  Finding finding = {.text = MetricLabel(rule.metric) + " grows as " + ThreeDigits(growth->linear) +
                             " n + " + ThreeDigits(growth->quadratic) + " n^2 of " + rule.over +
                             "; the quadratic part is " + ThreeDigits(100 * part) + " % at " +
                             ThreeDigits(growth->largest)};
  if (growth->quadratic > 0 && growth->linear > 0) {
    finding.text += " and 10 % at " + ThreeDigits(growth->Bend(0.1));
  }
  if (HasClaim(rule)) finding.verdict = part >= rule.low ? Verdict::kHolds : Verdict::kFails;
  return finding;
}

Finding JudgeKeeps(const FindingRule& rule, const Summary& summary) {
  const std::vector<Point> points = PointsOf(summary, rule.metric);
  if (points.empty()) return NotMeasured(rule);
  const bool wants_low_values = rule.low == 0;
  const double limit = wants_low_values ? rule.high : rule.low;
  std::string kept, lost;
  std::size_t held = 0;
  for (const Point& point : points) {
    const std::string* const value = FindValue(point.condition->condition, rule.over);
    const bool keeps = wants_low_values ? point.value <= limit : point.value >= limit;
    held += keeps ? 1 : 0;
    std::string& list = keeps ? kept : lost;
    if (!list.empty()) list += ", ";
    list += (value == nullptr ? ConditionText(point.condition->condition) : *value) + " (" +
            MetricText(rule.metric, point.value) + ")";
  }
  Finding finding = {.text = MetricLabel(rule.metric) + " stays " +
                             (wants_low_values ? "at or below " : "at or above ") +
                             MetricText(rule.metric, limit) + " with " +
                             (kept.empty() ? "none" : kept)};
  if (!lost.empty()) finding.text += "; not with " + lost;
  finding.verdict = VerdictFrom(held, points.size());
  return finding;
}

Finding JudgeLargestShare(const FindingRule& rule, const Summary& summary) {
  std::size_t held = 0, of = 0;
  std::string text;
  for (const ConditionSummary& condition : summary.conditions()) {
    std::string largest;
    double share = -1;
    for (const MetricSummary& metric : condition.metrics) {
      if (!metric.name.ends_with("_share")) continue;
      const double value = metric.estimate().value;
      if (value <= share) continue;
      share = value;
      largest = metric.name;
    }
    if (largest.empty()) continue;
    ++of;
    held += largest == rule.metric ? 1 : 0;
    if (!text.empty()) text += "; ";
    text += MetricLabel(largest) + " " + MetricText(largest, share);
    if (!condition.condition.empty()) text += " (" + ConditionText(condition.condition) + ")";
  }
  if (of == 0) return NotMeasured(rule);
  return {.text = "the most time: " + text, .verdict = VerdictFrom(held, of)};
}

}  // namespace edgevlm
