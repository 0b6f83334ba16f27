#include "server/schema/code_points.h"

#include <algorithm>
#include <utility>

namespace edgevlm {
namespace {

constexpr CodePoints::Interval kBelowSurrogates = {0, 0xd7ff};
constexpr CodePoints::Interval kAboveSurrogates = {0xe000, 0x10ffff};

// Sorted and merged, but perhaps with surrogates.
std::vector<CodePoints::Interval> Joined(std::vector<CodePoints::Interval> intervals) {
  std::ranges::sort(intervals);
  std::vector<CodePoints::Interval> joined;
  for (const CodePoints::Interval& interval : intervals) {
    if (joined.empty() || interval.first > joined.back().last + 1) {
      joined.push_back(interval);
    } else {
      joined.back().last = std::max(joined.back().last, interval.last);
    }
  }
  return joined;
}

}  // namespace

CodePoints::CodePoints(std::vector<Interval> intervals) {
  for (const Interval& interval : Joined(std::move(intervals))) {
    for (const Interval& part : {kBelowSurrogates, kAboveSurrogates}) {
      const Interval cut = {std::max(interval.first, part.first),
                            std::min(interval.last, part.last)};
      if (cut.first <= cut.last) intervals_.push_back(cut);
    }
  }
}

CodePoints CodePoints::All() { return {{0, kAboveSurrogates.last}}; }

CodePoints CodePoints::Complement() const {
  std::vector<Interval> gaps;
  char32_t next = 0;
  for (const Interval& interval : intervals_) {
    if (interval.first > next) gaps.push_back({next, interval.first - 1});
    next = interval.last + 1;
  }
  if (next <= kAboveSurrogates.last) gaps.push_back({next, kAboveSurrogates.last});
  return CodePoints(std::move(gaps));
}

CodePoints CodePoints::Union(const CodePoints& other) const {
  std::vector<Interval> both = intervals_;
  both.insert(both.end(), other.intervals_.begin(), other.intervals_.end());
  return CodePoints(std::move(both));
}

bool CodePoints::Contains(char32_t c) const {
  return std::ranges::any_of(intervals_, [c](const Interval& interval) {
    return interval.first <= c && c <= interval.last;
  });
}

std::u32string ToCodePoints(std::string_view text) {
  std::u32string points;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (i + bytes > text.size()) return {};
    char32_t point = bytes == 1 ? lead : lead & (0x7fu >> bytes);
    for (std::size_t k = 1; k < bytes; ++k) {
      point = (point << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3fu);
    }
    points += point;
    i += bytes;
  }
  return points;
}

}  // namespace edgevlm
