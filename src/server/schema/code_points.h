// CodePoints: a set of Unicode code points.
#pragma once

#include <compare>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace edgevlm {

// Sorted intervals with gaps between them. Surrogates are excluded.
class CodePoints {
 public:
  struct Interval {
    char32_t first = 0;
    char32_t last = 0;
    auto operator<=>(const Interval&) const = default;
  };

  CodePoints() = default;
  CodePoints(std::initializer_list<Interval> intervals) : CodePoints(std::vector(intervals)) {}
  // intervals: in any order; they may overlap and contain surrogates.
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

// Decodes UTF-8; empty if it is not UTF-8.
std::u32string ToCodePoints(std::string_view text);

}  // namespace edgevlm
