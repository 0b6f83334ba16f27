#include "server/schema/number_range.h"

#include <algorithm>
#include <compare>
#include <string_view>
#include <utility>

namespace edgevlm {
namespace {

constexpr int kMaxExactDigits = 15;  // decimals of so many digits survive a double
constexpr int kMaxInt64Digits = 19;

// State after reading a prefix of a number. `min` and `max` compare the prefix with as many
// digits of the bound: -1, 0, 1.
struct Reading {
  enum class Part : char { kBegin, kSign, kWhole, kPoint, kFraction };
  Part part = Part::kBegin;
  bool is_negative = false;
  bool is_zero = false;  // a leading zero: no more digits before the point
  int digits = 0;
  int fraction_digits = 0;  // 0 once both orders are decided, so that equal states merge
  int min = 0;
  int max = 0;
  int remainder = 0;
  auto operator<=>(const Reading&) const = default;
};

// A bound on the absolute value of the numbers of one sign.
struct SizeBound {
  bool exists = false;
  Decimal at = {};
  bool is_excluded = false;
};

class RangeReader {
 public:
  explicit RangeReader(const NumberRange& range) : range_(range), whole_digits_(kMaxExactDigits) {
    const auto negative = [](const auto& bound) { return bound && bound->at.is_negative; };
    const auto as_size = [](const auto& bound) {
      return bound ? SizeBound{true, bound->at, bound->is_excluded} : SizeBound{};
    };
    // Index 0: numbers without a sign; 1: negative ones, whose order by absolute value is reversed.
    if (!negative(range.min)) min_[0] = as_size(range.min);
    max_[0] = as_size(range.max);
    has_[0] = !negative(range.max);
    min_[1] = negative(range.max) ? as_size(range.max) : SizeBound{true, {}, true};
    if (negative(range.min)) max_[1] = as_size(range.min);
    has_[1] = !range.min || negative(range.min);
    const auto digits = [](const auto& bound) {
      return bound ? std::min(static_cast<int>(bound->at.whole.size()), kMaxInt64Digits) : 0;
    };
    whole_digits_ = std::max({whole_digits_, digits(range.min), digits(range.max)});
  }

  std::vector<std::pair<CodePoints::Interval, Reading>> Edges(const Reading& at) const {
    std::vector<std::pair<CodePoints::Interval, Reading>> edges;
    const auto add = [&](char c, const std::optional<Reading>& next) {
      const auto point = static_cast<char32_t>(c);
      if (next) edges.push_back({{point, point}, *next});
    };
    if (at.part == Reading::Part::kBegin && has_[1]) {
      add('-', Reading{.part = Reading::Part::kSign, .is_negative = true});
    }
    if (at.part == Reading::Part::kWhole && !range_.is_whole && at.digits < kMaxExactDigits) {
      add('.', AfterWhole(at));
    }
    for (int digit = 0; digit <= 9; ++digit) add(static_cast<char>('0' + digit), After(at, digit));
    return edges;
  }

  bool Accepts(const Reading& at) const {
    Reading end = at;
    if (at.part == Reading::Part::kWhole) end = AfterWhole(at);
    if (at.part != Reading::Part::kWhole && at.part != Reading::Part::kFraction) return false;
    const SizeBound& min = min_[at.is_negative ? 1 : 0];
    const SizeBound& max = max_[at.is_negative ? 1 : 0];
    const int below = FinalOrder(min, end.min, end.fraction_digits);
    const int above = FinalOrder(max, end.max, end.fraction_digits);
    const bool is_enough = !min.exists || below > 0 || (below == 0 && !min.is_excluded);
    const bool is_not_too_much = !max.exists || above < 0 || (above == 0 && !max.is_excluded);
    return is_enough && is_not_too_much && end.remainder == 0;
  }

 private:
  // The final order, when no more digits follow.
  static int FinalOrder(const SizeBound& bound, int order, int fraction_digits) {
    const bool has_more =
        bound.exists && std::ssize(bound.at.fraction) > fraction_digits && order == 0;
    return has_more ? -1 : order;
  }

  static int OrderAfter(const SizeBound& bound, int order, const Reading& read, int digit) {
    if (!bound.exists) return order;
    const bool in_whole = read.part == Reading::Part::kWhole;
    const std::string& digits = in_whole ? bound.at.whole : bound.at.fraction;
    const auto index = static_cast<std::size_t>(in_whole ? read.digits : read.fraction_digits) - 1;
    if (in_whole && index >= digits.size()) return 1;
    if (order != 0) return order;
    const int other = index < digits.size() ? digits[index] - '0' : 0;
    return digit < other ? -1 : digit > other ? 1 : 0;
  }

  // At the end of the whole part, a number with fewer digits is the smaller one.
  Reading AfterWhole(Reading at) const {
    const auto shorter = [&](const SizeBound& bound, int order) {
      return bound.exists && at.digits < std::ssize(bound.at.whole) ? -1 : order;
    };
    at.min = shorter(min_[at.is_negative ? 1 : 0], at.min);
    at.max = shorter(max_[at.is_negative ? 1 : 0], at.max);
    at.part = Reading::Part::kPoint;
    at.is_zero = false;
    return at;
  }

  std::optional<Reading> After(Reading at, int digit) const {
    const bool in_fraction =
        at.part == Reading::Part::kPoint || at.part == Reading::Part::kFraction;
    if (at.part == Reading::Part::kBegin && !has_[0]) return std::nullopt;
    if (at.is_zero || at.digits == (in_fraction ? kMaxExactDigits : whole_digits_)) {
      return std::nullopt;
    }
    at.is_zero = !in_fraction && at.digits == 0 && digit == 0;
    ++at.digits;
    if (in_fraction) ++at.fraction_digits;
    at.part = in_fraction ? Reading::Part::kFraction : Reading::Part::kWhole;
    const SizeBound& min = min_[at.is_negative ? 1 : 0];
    const SizeBound& max = max_[at.is_negative ? 1 : 0];
    at.min = OrderAfter(min, at.min, at, digit);
    at.max = OrderAfter(max, at.max, at, digit);
    const auto is_settled = [](const SizeBound& bound, int order) {
      return !bound.exists || order != 0;
    };
    if (is_settled(min, at.min) && is_settled(max, at.max)) at.fraction_digits = 0;
    at.remainder = (at.remainder * 10 + digit) % range_.multiple_of;
    return at;
  }

  const NumberRange& range_;
  SizeBound min_[2], max_[2];  // of numbers without and with a sign
  bool has_[2] = {};
  int whole_digits_;
};

}  // namespace

Decimal ToDecimal(const Json& number) {
  const std::string text = number.dump();
  Decimal decimal = {.is_negative = text.front() == '-'};
  const std::string_view size = std::string_view(text).substr(decimal.is_negative ? 1 : 0);
  const std::size_t power_at = std::min(size.find('e'), size.size());
  const std::size_t point = std::min(size.find('.'), power_at);
  std::string digits(size.substr(0, point));
  if (point < power_at) digits += size.substr(point + 1, power_at - point - 1);
  const int power = power_at < size.size() ? std::stoi(std::string(size.substr(power_at + 1))) : 0;
  int whole = static_cast<int>(point) + power;  // number of digits before the point
  if (whole < 0) {
    digits.insert(0, static_cast<std::size_t>(-whole), '0');
    whole = 0;
  }
  if (std::ssize(digits) < whole) digits.resize(static_cast<std::size_t>(whole), '0');
  decimal.whole = digits.substr(0, static_cast<std::size_t>(whole));
  decimal.fraction = digits.substr(static_cast<std::size_t>(whole));
  decimal.whole.erase(0, std::min(decimal.whole.find_first_not_of('0'), decimal.whole.size()));
  decimal.fraction.erase(decimal.fraction.find_last_not_of('0') + 1);
  if (decimal.whole.empty()) decimal.whole = "0";
  if (decimal.whole == "0" && decimal.fraction.empty()) decimal.is_negative = false;
  return decimal;
}

std::optional<Automaton> RangeAutomaton(const NumberRange& range, int max_states) {
  const RangeReader reader(range);
  return Explore(
      Reading(), [&](const Reading& at) { return reader.Edges(at); },
      [&](const Reading& at) { return reader.Accepts(at); }, max_states);
}

}  // namespace edgevlm
