#include "measure/experiment/plot.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "measure/experiment/metric_text.h"

namespace edgevlm {
namespace {

// In units of the drawing, which is scaled to the page.
constexpr double kWidth = 440, kHeight = 250;
constexpr double kLeft = 72, kRight = 16, kTop = 16, kBottom = 44;
constexpr double kBar = 16, kBarGap = 6, kGroupGap = 12, kNames = 130, kValues = 84;
constexpr double kInset = 12;  // of the first and the last point
constexpr int kTicks = 4;
constexpr std::size_t kColors = 6;  // .s0 to .s5 of the style sheet
constexpr double kLogarithmicFrom = 8;

std::string Number(double value) {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.1f", value);
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string Line(double x1, double y1, double x2, double y2, std::string_view type) {
  return "<line class='" + std::string(type) + "' x1='" + Number(x1) + "' y1='" + Number(y1) +
         "' x2='" + Number(x2) + "' y2='" + Number(y2) + "'/>";
}

std::string Text(double x, double y, std::string_view anchor, std::string_view text) {
  return "<text x='" + Number(x) + "' y='" + Number(y) + "' text-anchor='" + std::string(anchor) +
         "'>" + Escaped(text) + "</text>";
}

std::string Color(std::size_t series) { return "s" + std::to_string(series % kColors); }

std::optional<std::vector<double>> Numbers(const std::vector<std::string>& texts) {
  std::vector<double> numbers;
  for (const std::string& text : texts) {
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || rest != end) return std::nullopt;
    numbers.push_back(number);
  }
  return numbers;
}

double Most(const Plot& plot) {
  double most = 0;
  for (const PlotSeries& series : plot.series) {
    for (const auto& value : series.values) most = std::max(most, value ? value->high : 0);
  }
  return most > 0 ? most : 1;
}

// The next of 1, 2, 2.5, 5, 10, ... that kTicks steps of reach the value.
double TickStep(double most) {
  const double raw = most / kTicks;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  for (const double step : {1.0, 2.0, 2.5, 5.0}) {
    if (step * power >= raw) return step * power;
  }
  return 10 * power;
}

std::string Title(const Plot& plot, std::size_t series, std::size_t i) {
  const Estimate& value = *plot.series[series].values[i];
  std::string title = plot.variable + "=" + plot.x[i];
  if (!plot.series[series].name.empty()) title += ", " + plot.series[series].name;
  title += ": " + MetricText(plot.metric, value.value) + " (" + MetricText(plot.metric, value.low) +
           " to " + MetricText(plot.metric, value.high) + ")";
  return "<title>" + Escaped(title) + "</title>";
}

std::string Svg(double height, const std::string& label, const std::string& inside) {
  return "<svg viewBox='0 0 " + Number(kWidth) + " " + Number(height) +
         "' role='img' aria-label='" + Escaped(label) + "'>" + inside + "</svg>";
}

std::string Lines(const Plot& plot, const std::vector<double>& x) {
  const auto extremes = std::ranges::minmax(x);
  const double least = extremes.min, greatest = extremes.max;
  const bool is_logarithmic = least > 0 && greatest / least > kLogarithmicFrom;
  const auto scale = [&](double value) { return is_logarithmic ? std::log2(value) : value; };
  const double span = std::max(scale(greatest) - scale(least), 1e-9);
  const double step = TickStep(Most(plot)), top = step * std::ceil(Most(plot) / step);
  const auto across = [&](double value) {
    return kLeft + (scale(value) - scale(least)) / span * (kWidth - kLeft - kRight - 2 * kInset) +
           kInset;
  };
  const auto down = [&](double value) {
    return kHeight - kBottom - value / top * (kHeight - kTop - kBottom);
  };
  std::string inside;
  for (double tick = 0; tick <= top * 1.0001; tick += step) {
    inside += Line(kLeft, down(tick), kWidth - kRight, down(tick), "grid");
    inside += Text(kLeft - 8, down(tick) + 4, "end", MetricText(plot.metric, tick));
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    inside += Text(across(x[i]), kHeight - kBottom + 18, "middle", plot.x[i]);
  }
  inside += Text((kLeft + kWidth - kRight) / 2, kHeight - 6, "middle", plot.variable);
  for (std::size_t series = 0; series < plot.series.size(); ++series) {
    std::string points, marks;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto& value = plot.series[series].values[i];
      if (!value) continue;
      points += Number(across(x[i])) + "," + Number(down(value->value)) + " ";
      marks += Line(across(x[i]), down(value->low), across(x[i]), down(value->high), "interval");
      marks += "<circle cx='" + Number(across(x[i])) + "' cy='" + Number(down(value->value)) +
               "' r='4'>" + Title(plot, series, i) + "</circle>";
    }
    inside +=
        "<g class='" + Color(series) + "'><polyline points='" + points + "'/>" + marks + "</g>";
  }
  return Svg(kHeight, MetricLabel(plot.metric) + " over " + plot.variable, inside);
}

std::string Bars(const Plot& plot) {
  const double most = Most(plot), room = kWidth - kNames - kValues;
  double y = kTop;
  std::string inside;
  for (std::size_t i = 0; i < plot.x.size(); ++i) {
    inside += Text(kNames - 8, y + kBar - 3, "end", plot.x[i]);
    for (std::size_t series = 0; series < plot.series.size(); ++series) {
      const auto& value = plot.series[series].values[i];
      if (value) {
        const double width = std::max(1.0, value->value / most * room), middle = y + kBar / 2;
        inside += "<g class='" + Color(series) + "'><rect x='" + Number(kNames) + "' y='" +
                  Number(y) + "' width='" + Number(width) + "' height='" + Number(kBar) +
                  "' rx='3'>" + Title(plot, series, i) + "</rect>" +
                  Line(kNames + value->low / most * room, middle,
                       kNames + value->high / most * room, middle, "interval") +
                  "</g>";
        inside += Text(kNames + value->high / most * room + 6, y + kBar - 3, "start",
                       MetricText(plot.metric, value->value));
      }
      y += kBar + kBarGap;
    }
    y += kGroupGap;
  }
  return Svg(y, MetricLabel(plot.metric) + " by " + plot.variable, inside);
}

}  // namespace

std::string PlotSvg(const Plot& plot) {
  const auto numbers = Numbers(plot.x);
  return numbers && plot.x.size() > 1 ? Lines(plot, *numbers) : Bars(plot);
}

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace edgevlm
