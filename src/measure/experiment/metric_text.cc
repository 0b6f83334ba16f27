#include "measure/experiment/metric_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace edgevlm {
namespace {

struct Unit {
  std::string_view ending;  // of the metric's name
  double factor;
  std::string_view text;   // behind a value
  std::string_view label;  // behind a name
};

constexpr Unit kUnits[] = {
    {"_ms", 1, " ms", ""},
    {"_share", 100, " %", ", share"},
    {"_score", 100, " %", ", score"},
    {"_per_s", 1, " /s", " per second"},
    {"_nats", 1, " nats", ""},
    {"_bytes", 1e-6, " MB", ""},
};

const Unit* FindUnit(std::string_view name) {
  for (const Unit& unit : kUnits) {
    if (name.ends_with(unit.ending)) return &unit;
  }
  return nullptr;
}

}  // namespace

bool IsMean(std::string_view name) { return name.ends_with("_score"); }

std::string ThreeDigits(double value) {
  if (value == 0) return "0";
  const int decimals =
      std::clamp(2 - static_cast<int>(std::floor(std::log10(std::abs(value)))), 0, 12);
  std::array<char, 64> text;
  const int length = std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  std::string digits(text.data(), static_cast<std::size_t>(length));
  if (decimals > 0) {
    digits.resize(digits.find_last_not_of('0') + 1);
    if (digits.back() == '.') digits.pop_back();
  }
  return digits;
}

std::string MetricText(std::string_view name, double value) {
  const Unit* const unit = FindUnit(name);
  if (unit == nullptr) return ThreeDigits(value);
  return ThreeDigits(value * unit->factor) + std::string(unit->text);
}

std::string MetricLabel(std::string_view name) {
  const Unit* const unit = FindUnit(name);
  std::string label(name.substr(0, name.size() - (unit == nullptr ? 0 : unit->ending.size())));
  std::ranges::replace(label, '_', ' ');
  if (unit != nullptr) label += unit->label;
  return label;
}

}  // namespace edgevlm
