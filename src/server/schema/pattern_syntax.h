// PatternNode: the syntax tree of a regular expression (ECMA-262 with the `u` flag).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/schema/code_points.h"

namespace edgevlm {

struct PatternNode {
  enum class Kind {
    kSequence,   // children, one after the other; none: the empty text
    kChoice,     // one of the children
    kRepeat,     // its only child, `min` to `max` times
    kSet,        // one code point of `set`
    kBegin,      // ^
    kEnd,        // $
    kLookahead,  // (?=child), or (?!child) where negated
  };
  Kind kind = Kind::kSequence;
  std::vector<PatternNode> children = {};
  CodePoints set = {};
  int min = 0;
  std::optional<int> max = {};  // empty: no limit
  bool is_negated = false;
};

inline constexpr std::size_t kMaxPatternBytes = 4096;
inline constexpr int kMaxPatternLookaheads = 16;
inline constexpr int kMaxPatternDepth = 32;    // of nested groups
inline constexpr int kMaxPatternCount = 1000;  // in {n}

// Supported: literals, ., classes, \d \w \s and their complements, \t \n \r \f \v \0 \xHH \uHHHH
// \u{...}, groups (capturing, named or not), |, * + ? {n,m} greedy or lazy, ^ and $, and lookaheads
// outside of groups. Whether a match is greedy or captured does not change which texts match.
// Errors: kUnsupported (names what is not supported: \b, back-references, lookbehind, \p, flags),
// kInvalid, kTooLarge.
Result<PatternNode> ParsePattern(std::string_view pattern);

}  // namespace edgevlm
