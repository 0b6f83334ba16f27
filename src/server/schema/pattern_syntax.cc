#include "server/schema/pattern_syntax.h"

#include <algorithm>
#include <string>
#include <utility>

namespace edgevlm {
namespace {

using Kind = PatternNode::Kind;
using Interval = CodePoints::Interval;

constexpr char32_t kEndOfPattern = 0xffffffff;

CodePoints PatternDigits() { return {{'0', '9'}}; }
CodePoints PatternWord() { return {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}; }
// WhiteSpace and LineTerminator of ECMA-262.
CodePoints PatternSpace() {
  return {{0x09, 0x0d},     {0x20, 0x20},     {0xa0, 0xa0},     {0x1680, 0x1680}, {0x2000, 0x200a},
          {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}, {0xfeff, 0xfeff}};
}
CodePoints PatternLineEnds() { return {{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}}; }

// The set of an escape \c with a letter c, except for \x and \u.
std::optional<CodePoints> SetEscape(char32_t c) {
  switch (c) {
    case 'd':
      return PatternDigits();
    case 'D':
      return PatternDigits().Complement();
    case 'w':
      return PatternWord();
    case 'W':
      return PatternWord().Complement();
    case 's':
      return PatternSpace();
    case 'S':
      return PatternSpace().Complement();
    case 't':
      return CodePoints{{'\t', '\t'}};
    case 'n':
      return CodePoints{{'\n', '\n'}};
    case 'r':
      return CodePoints{{'\r', '\r'}};
    case 'f':
      return CodePoints{{'\f', '\f'}};
    case 'v':
      return CodePoints{{'\v', '\v'}};
    default:
      return std::nullopt;
  }
}

PatternNode SetNode(CodePoints set) { return {.kind = Kind::kSet, .set = std::move(set)}; }

// A recursive descent parser. After an error, all results are invalid.
class PatternParser {
 public:
  explicit PatternParser(std::string_view pattern) : pattern_(ToCodePoints(pattern)) {}

  Result<PatternNode> Parse() {
    PatternNode node = Choice(0);
    if (!error_ && Peek() != kEndOfPattern) Fail(ErrorCode::kInvalid, "a ) without its (");
    if (error_) return *std::move(error_);
    return node;
  }

 private:
  char32_t Peek() const { return at_ < pattern_.size() ? pattern_[at_] : kEndOfPattern; }
  char32_t Next() { return at_ < pattern_.size() ? pattern_[at_++] : kEndOfPattern; }
  bool Skip(std::u32string_view text) {
    if (!std::u32string_view(pattern_).substr(at_).starts_with(text)) return false;
    at_ += text.size();
    return true;
  }
  void Fail(ErrorCode code, const std::string& what) {
    if (!error_) error_ = Error{code, what};
    at_ = pattern_.size();
  }
  void Unsupported(const std::string& what) {
    Fail(ErrorCode::kUnsupported, what + " cannot be enforced");
  }

  PatternNode Choice(int depth);
  PatternNode Sequence(int depth);
  std::optional<PatternNode> Atom(int depth);
  bool GroupMark(int depth);
  std::optional<PatternNode> Group(int depth);
  PatternNode Repeated(PatternNode atom);
  bool Counts(PatternNode& repeat);
  std::optional<int> Number();
  CodePoints Class();
  CodePoints ClassMember();
  CodePoints Escape(bool in_class);
  CodePoints HexEscape(std::size_t digits);

  const std::u32string pattern_;
  std::size_t at_ = 0;
  int lookaheads_ = 0;
  MaybeError error_;
};

PatternNode PatternParser::Choice(int depth) {
  if (depth > kMaxPatternDepth) Fail(ErrorCode::kTooLarge, "expected fewer nested groups");
  PatternNode first = Sequence(depth);
  if (Peek() != '|') return first;
  PatternNode choice = {.kind = Kind::kChoice};
  choice.children.push_back(std::move(first));
  while (Skip(U"|")) choice.children.push_back(Sequence(depth));
  const bool looks_ahead = std::ranges::any_of(choice.children, [](const PatternNode& branch) {
    return std::ranges::any_of(
        branch.children, [](const PatternNode& node) { return node.kind == Kind::kLookahead; });
  });
  if (looks_ahead) Unsupported("a lookahead in one of several alternatives");
  return choice;
}

PatternNode PatternParser::Sequence(int depth) {
  PatternNode sequence;
  while (Peek() != kEndOfPattern && Peek() != '|' && Peek() != ')') {
    std::optional<PatternNode> atom = Atom(depth);
    if (!atom) break;
    sequence.children.push_back(Repeated(*std::move(atom)));
  }
  return sequence;
}

std::optional<PatternNode> PatternParser::Atom(int depth) {
  const char32_t c = Next();
  switch (c) {
    case '^':
      return PatternNode{.kind = Kind::kBegin};
    case '$':
      return PatternNode{.kind = Kind::kEnd};
    case '.':
      return SetNode(PatternLineEnds().Complement());
    case '[':
      return SetNode(Class());
    case '(':
      return Group(depth);
    case '\\':
      return SetNode(Escape(/*in_class=*/false));
    case '*':
    case '+':
    case '?':
      Fail(ErrorCode::kInvalid, "nothing to repeat");
      return std::nullopt;
    default:
      return SetNode({{c, c}});
  }
}

// Parses what follows "(?"; returns true for a lookahead.
bool PatternParser::GroupMark(int depth) {
  if (Skip(U"=") || Skip(U"!")) {
    if (depth > 0) Unsupported("a lookahead in a group");
    if (++lookaheads_ > kMaxPatternLookaheads) {
      Fail(ErrorCode::kTooLarge, "expected fewer lookaheads");
    }
    return true;
  }
  if (Skip(U"<=") || Skip(U"<!")) {
    Unsupported("a lookbehind");
  } else if (Skip(U"<") || Skip(U"P<")) {
    while (Peek() != kEndOfPattern && Next() != '>') continue;
  } else if (!Skip(U":")) {
    Unsupported("(?" + std::string(Peek() < 0x7f ? 1 : 0, static_cast<char>(Peek())) + "...)");
  }
  return false;
}

std::optional<PatternNode> PatternParser::Group(int depth) {
  PatternNode group;
  const bool has_mark = Skip(U"?");
  group.is_negated = has_mark && Peek() == '!';
  const bool looks_ahead = has_mark && GroupMark(depth);
  if (error_) return std::nullopt;
  PatternNode inside = Choice(depth + 1);
  if (!Skip(U")")) {
    Fail(ErrorCode::kInvalid, "a ( without its )");
    return std::nullopt;
  }
  if (!looks_ahead) return inside;
  group.kind = Kind::kLookahead;
  group.children.push_back(std::move(inside));
  return group;
}

PatternNode PatternParser::Repeated(PatternNode atom) {
  PatternNode repeat = {.kind = Kind::kRepeat};
  if (Skip(U"?")) {
    repeat.max = 1;
  } else if (Skip(U"+")) {
    repeat.min = 1;
  } else if (!Skip(U"*") && !Counts(repeat)) {
    return atom;
  }
  Skip(U"?");  // a lazy repetition matches the same texts
  if (atom.kind == Kind::kLookahead) Unsupported("a repeated lookahead");
  if (Peek() == '+' || Peek() == '*' || Peek() == '?') {
    Fail(ErrorCode::kInvalid, "a repeated repetition");
  }
  repeat.children.push_back(std::move(atom));
  return repeat;
}

// Parses {n}, {n,} or {n,m}.
bool PatternParser::Counts(PatternNode& repeat) {
  const std::size_t begin = at_;
  if (!Skip(U"{")) return false;
  const std::optional<int> min = Number();
  std::optional<int> max = min;
  if (Skip(U",")) max = Number();
  if (!min || !Skip(U"}")) {
    at_ = begin;
    if (Peek() == '{' && !error_) Fail(ErrorCode::kInvalid, "a { that starts no count");
    return false;
  }
  if (max && *max < *min) Fail(ErrorCode::kInvalid, "a count whose maximum is below its minimum");
  repeat.min = *min;
  repeat.max = max;
  return true;
}

std::optional<int> PatternParser::Number() {
  std::optional<int> number;
  while (Peek() >= '0' && Peek() <= '9') {
    number = number.value_or(0) * 10 + static_cast<int>(Next() - '0');
    if (*number > kMaxPatternCount) {
      Fail(ErrorCode::kTooLarge, "expected counts up to " + std::to_string(kMaxPatternCount));
      return number;
    }
  }
  return number;
}

CodePoints PatternParser::Class() {
  const bool is_negated = Skip(U"^");
  CodePoints set;
  while (Peek() != ']' && !error_) {
    if (Peek() == kEndOfPattern) {
      Fail(ErrorCode::kInvalid, "a [ without its ]");
      break;
    }
    const CodePoints first = ClassMember();
    const bool is_range = Peek() == '-' && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != ']';
    if (!is_range) {
      set = set.Union(first);
      continue;
    }
    Next();
    const CodePoints last = ClassMember();
    if (error_) break;
    const auto is_one = [](const CodePoints& points) {
      return points.intervals().size() == 1 &&
             points.intervals()[0].first == points.intervals()[0].last;
    };
    if (!is_one(first) || !is_one(last) || first.intervals()[0] > last.intervals()[0]) {
      Fail(ErrorCode::kInvalid, "an invalid range in []");
      break;
    }
    set = set.Union({{first.intervals()[0].first, last.intervals()[0].last}});
  }
  Next();
  return is_negated ? set.Complement() : set;
}

CodePoints PatternParser::ClassMember() {
  const char32_t c = Next();
  if (c == '\\') return Escape(/*in_class=*/true);
  return {{c, c}};
}

CodePoints PatternParser::Escape(bool in_class) {
  const char32_t c = Next();
  if (c == 'x') return HexEscape(2);
  if (c == 'u') return HexEscape(4);
  if (const auto set = SetEscape(c)) return *set;
  const auto one = [](char32_t point) { return CodePoints{{point, point}}; };
  if (c == '0' && !(Peek() >= '0' && Peek() <= '9')) return one(0);
  if (c == 'b' && in_class) return one('\b');
  if (c == kEndOfPattern) {
    Fail(ErrorCode::kInvalid, "a \\ at the end");
  } else if (PatternWord().Contains(c)) {
    Unsupported(std::string("\\") + static_cast<char>(c));
  }
  return one(c);
}

// `digits` hexadecimal digits, or up to six in braces.
CodePoints PatternParser::HexEscape(std::size_t digits) {
  const bool has_braces = digits == 4 && Skip(U"{");
  char32_t value = 0;
  std::size_t read = 0;
  for (; has_braces ? Peek() != '}' && read < 6 : read < digits; ++read) {
    const std::size_t digit = std::u32string_view(U"0123456789abcdefABCDEF").find(Next());
    if (digit == std::u32string_view::npos) {
      Fail(ErrorCode::kInvalid, "a \\u or \\x without digits");
      return {};
    }
    value = value * 16 + static_cast<char32_t>(digit < 16 ? digit : digit - 6);
  }
  if (has_braces && (read == 0 || !Skip(U"}"))) Fail(ErrorCode::kInvalid, "a \\u{ without its }");
  const bool is_code_point = value < 0xd800 || (value > 0xdfff && value <= 0x10ffff);
  if (!is_code_point) Unsupported("a \\u that is not a code point");
  return {{value, value}};
}

}  // namespace

Result<PatternNode> ParsePattern(std::string_view pattern) {
  if (pattern.size() > kMaxPatternBytes) {
    return Error{ErrorCode::kTooLarge, "expected at most " + std::to_string(kMaxPatternBytes) +
                                           " bytes, found " + std::to_string(pattern.size())};
  }
  return PatternParser(pattern).Parse();
}

}  // namespace edgevlm
