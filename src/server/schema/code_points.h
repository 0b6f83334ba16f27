// CodePoints: a set of Unicode code points.
#pragma once

#include <compare>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace edgevlm {

// Intervals, increasing, with gaps between them. Surrogates are no code points and never in a set.
class CodePoints {
 public:
  struct Interval {
    char32_t first = 0;
    char32_t last = 0;
    auto operator<=>(const Interval&) const = default;
  };

  CodePoints() = default;
  CodePoints(std::initializer_list<Interval> intervals) : CodePoints(std::vector(intervals)) {}
  // In any order; they may overlap and hold surrogates.
  explicit CodePoints(std::vector<Interval> intervals);
  static CodePoints All();

  CodePoints Complement() const;
  CodePoints Union(const CodePoints& other) const;
  bool Contains(char32_t c) const;
  bool empty() const { return intervals_.empty(); }
  std::span<const Interval> intervals() const { return intervals_; }
  auto operator<=>(const CodePoints&) const = default;

 private:
  std::vector<Interval> intervals_;
};

// UTF-8 as code points; empty where it is not UTF-8.
std::u32string ToCodePoints(std::string_view text);

}  // namespace edgevlm
