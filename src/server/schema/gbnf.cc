#include "server/schema/gbnf.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "server/schema/string_rules.h"

namespace edgevlm {
namespace {

constexpr int kMaxDepth = 64;                               // of groups
constexpr int kMaxRules = 4096;                             // written and made
constexpr std::size_t kMaxElements = std::size_t{1} << 16;  // of all alternatives together
constexpr int kMaxRepetitions = 1000;

bool IsRuleCharacter(char c) { return IsAlphanumericAscii(c) || c == '-' || c == '_'; }

int HexDigit(char c) {
  if ('0' <= c && c <= '9') return c - '0';
  if ('a' <= c && c <= 'f') return c - 'a' + 10;
  return 'A' <= c && c <= 'F' ? c - 'A' + 10 : -1;
}

// How often something is repeated.
struct Repetition {
  int min = 1;
  std::optional<int> max = 1;  // none: no limit
};

class GbnfParser {
 public:
  explicit GbnfParser(std::string_view text)
      : text_(text), values_(builder_), strings_(builder_, values_) {}

  Result<std::shared_ptr<const Grammar>> Parse() {
    Skip(true);
    while (!error_ && at_ < text_.size()) {
      ReadRule();
      Skip(true);
    }
    if (!error_) CheckNames();
    if (error_) return *error_;
    builder_.AddAlternative(0, {GrammarBuilder::Rule(rules_.at("root").number)});
    Grammar grammar = builder_.Finish();
    if (!RemoveDeadEnds(grammar)[0]) {
      return Error{ErrorCode::kInvalid, "root: expected a rule that matches some text"};
    }
    if (BeginsWithItself(grammar)) {
      return Error{ErrorCode::kInvalid, "expected no rule that begins with itself"};
    }
    return std::make_shared<const Grammar>(std::move(grammar));
  }

 private:
  struct NamedRule {
    int number = 0;
    int line = 0;  // where it is first named
    bool is_defined = false;
  };
  using Sequence = Grammar::Sequence;

  char Next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool Accept(std::string_view mark) {
    if (!text_.substr(at_).starts_with(mark)) return false;
    at_ += mark.size();
    return true;
  }

  // Blanks and comments, and line ends if `lines`.
  void Skip(bool lines) {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#') {
        at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
      } else if (c == ' ' || c == '\t' || (lines && (c == '\n' || c == '\r'))) {
        ++at_;
      } else {
        return;
      }
    }
  }

  int Line() const { return 1 + static_cast<int>(std::ranges::count(text_.substr(0, at_), '\n')); }
  void Fail(ErrorCode code, const std::string& what) {
    if (!error_) error_ = Error{code, "line " + std::to_string(Line()) + ": " + what};
  }
  void FailExpected(const std::string& what) {
    const std::string_view rest = text_.substr(at_, text_.substr(at_).find_first_of("\r\n"));
    constexpr std::size_t kShownBytes = 20;
    Fail(ErrorCode::kInvalid,
         "expected " + what + ", found '" + std::string(rest.substr(0, kShownBytes)) + "'");
  }

  int AddRule() {
    if (builder_.rules() >= kMaxRules) {
      Fail(ErrorCode::kTooLarge, "expected at most " + std::to_string(kMaxRules) + " rules");
      return 0;
    }
    return builder_.AddRule();
  }

  std::string ReadName() {
    const std::size_t begin = at_;
    while (IsRuleCharacter(Next())) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  NamedRule& RuleNamed(const std::string& name) {
    const auto [entry, is_new] = rules_.try_emplace(name);
    if (is_new) entry->second = {.number = AddRule(), .line = Line()};
    return entry->second;
  }

  void ReadRule() {
    const std::string name = ReadName();
    if (name.empty()) return FailExpected("the name of a rule");
    NamedRule& rule = RuleNamed(name);
    Skip(false);
    if (!Accept("::=")) return FailExpected("::=");
    if (std::exchange(rule.is_defined, true)) {
      return Fail(ErrorCode::kInvalid, "expected one rule of this name: " + name);
    }
    Skip(true);
    ReadAlternatives(rule.number, 0);
    if (at_ < text_.size() && Next() != '\n' && Next() != '\r') FailExpected("the end of the rule");
  }

  void ReadAlternatives(int rule, int depth) {
    do {
      Skip(true);
      builder_.AddAlternative(rule, ReadSequence(depth));
      if (depth > 0) Skip(true);
    } while (!error_ && Accept("|"));
  }

  Sequence ReadSequence(int depth) {
    Sequence sequence;
    while (!error_) {
      std::optional<Sequence> item = ReadItem(depth);
      if (!item) break;
      const Sequence repeated = Repeat(*item, ReadRepetition());
      sequence.insert(sequence.end(), repeated.begin(), repeated.end());
      Skip(depth > 0);
    }
    return sequence;
  }

  // Nothing if none begins here.
  std::optional<Sequence> ReadItem(int depth) {
    if (Accept("\"")) return ReadText();
    if (Accept("[")) return ReadSet();
    if (Accept(".")) return Sequence{OneOf(CodePoints::All())};
    if (Accept("(")) return ReadGroup(depth + 1);
    if (Next() == '<' || Next() == '!') {
      Fail(ErrorCode::kUnsupported, "tokens in < > are not supported");
      return std::nullopt;
    }
    if (!IsRuleCharacter(Next())) return std::nullopt;
    return Sequence{GrammarBuilder::Rule(RuleNamed(ReadName()).number)};
  }

  Sequence ReadGroup(int depth) {
    if (depth > kMaxDepth) {
      Fail(ErrorCode::kTooLarge, "expected at most " + std::to_string(kMaxDepth) + " open groups");
      return {};
    }
    const int rule = AddRule();
    if (error_) return {};
    ReadAlternatives(rule, depth);
    if (!error_ && !Accept(")")) FailExpected("a closing parenthesis");
    return {GrammarBuilder::Rule(rule)};
  }

  Sequence ReadText() {
    std::vector<char32_t> characters;
    while (!error_ && !Accept("\"")) characters.push_back(ReadCharacter());
    Sequence sequence;
    for (const char32_t c : characters) sequence.push_back(OneOf({{c, c}}));
    return sequence;
  }

  Sequence ReadSet() {
    const bool is_complement = Accept("^");
    std::vector<CodePoints::Interval> intervals;
    while (!error_ && !Accept("]")) {
      const char32_t first = ReadCharacter();
      const bool is_range = Next() == '-' && !text_.substr(at_).starts_with("-]");
      if (is_range) ++at_;
      const char32_t last = is_range ? ReadCharacter() : first;
      if (last < first) FailExpected("a range whose end is not before its beginning");
      intervals.push_back({first, last});
    }
    if (error_) return {};
    const CodePoints set(std::move(intervals));
    return {OneOf(is_complement ? set.Complement() : set)};
  }

  // A character of a text or a set: escaped, or as it is.
  char32_t ReadCharacter() {
    if (at_ >= text_.size() || Next() == '\n' || Next() == '\r') {
      FailExpected("the end of a text or a set");
      return 0;
    }
    if (Accept("\\")) return ReadEscape();
    const auto lead = static_cast<unsigned char>(Next());
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const std::u32string character = ToCodePoints(text_.substr(at_, size));
    if (character.empty()) {
      FailExpected("UTF-8");
      return 0;
    }
    at_ += size;
    return character.front();
  }

  char32_t ReadEscape() {
    const char c = Next();
    ++at_;
    switch (c) {
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'x':
        return ReadHex(2);
      case 'u':
        return ReadHex(4);
      case 'U':
        return ReadHex(8);
      case '\\':
      case '"':
      case '[':
      case ']':
      case '-':
      case '^':
        return static_cast<char32_t>(c);
      default:
        --at_;
        FailExpected("a known escape");
        return 0;
    }
  }

  char32_t ReadHex(int digits) {
    char32_t value = 0;
    for (int i = 0; i < digits; ++i, ++at_) {
      const int digit = HexDigit(Next());
      if (digit < 0) {
        FailExpected(std::to_string(digits) + " hexadecimal digits");
        return 0;
      }
      value = value * 16 + static_cast<char32_t>(digit);
    }
    if (CodePoints::All().Contains(value)) return value;
    Fail(ErrorCode::kInvalid, "expected a character of Unicode");
    return 0;
  }

  Repetition ReadRepetition() {
    Skip(false);
    if (Accept("*")) return {.min = 0, .max = std::nullopt};
    if (Accept("+")) return {.min = 1, .max = std::nullopt};
    if (Accept("?")) return {.min = 0, .max = 1};
    if (!Accept("{")) return {};
    Skip(false);
    Repetition repetition;
    repetition.min = ReadCount();
    repetition.max = repetition.min;
    Skip(false);
    if (Accept(",")) {
      Skip(false);
      repetition.max = Next() == '}' ? std::nullopt : std::optional(ReadCount());
      Skip(false);
    }
    if (!Accept("}")) FailExpected("}");
    if (repetition.max && *repetition.max < repetition.min) {
      Fail(ErrorCode::kInvalid, "expected a maximum that is not below the minimum");
    }
    return error_ ? Repetition() : repetition;
  }

  int ReadCount() {
    int count = 0;
    const std::size_t begin = at_;
    for (; '0' <= Next() && Next() <= '9'; ++at_) {
      count = std::min(count * 10 + (Next() - '0'), kMaxRepetitions + 1);
    }
    if (at_ == begin) FailExpected("a number");
    if (count > kMaxRepetitions) {
      Fail(ErrorCode::kTooLarge,
           "expected at most " + std::to_string(kMaxRepetitions) + " repetitions");
    }
    return count;
  }

  // The item min to max times. The optional rest is nested: a? = (a (a)?)?.
  Sequence Repeat(const Sequence& item, const Repetition& repetition) {
    if (error_) return {};
    const int copies = repetition.max.value_or(repetition.min + 1);
    elements_ += static_cast<std::size_t>(copies) * (item.size() + 1);
    if (elements_ > kMaxElements) {
      Fail(ErrorCode::kTooLarge, "expected fewer elements and repetitions");
      return {};
    }
    Sequence result;
    for (int i = 0; i < repetition.min; ++i) {
      result.insert(result.end(), item.begin(), item.end());
    }
    std::optional<Grammar::Element> rest;
    if (!repetition.max) {
      const int rule = AddRule();
      rest = GrammarBuilder::Rule(rule);
      AddOptional(rule, item, rest);
    }
    for (int i = repetition.min; i < repetition.max.value_or(0) && !error_; ++i) {
      const int rule = AddRule();
      AddOptional(rule, item, rest);
      rest = GrammarBuilder::Rule(rule);
    }
    if (rest) result.push_back(*rest);
    return result;
  }

  // rule = nothing | item rest
  void AddOptional(int rule, Sequence item, const std::optional<Grammar::Element>& rest) {
    if (error_) return;
    if (rest) item.push_back(*rest);
    builder_.AddAlternative(rule, {});
    builder_.AddAlternative(rule, std::move(item));
  }

  Grammar::Element OneOf(const CodePoints& set) {
    if (set.empty()) {
      Fail(ErrorCode::kInvalid, "expected a set that is not empty");
      return {};
    }
    const auto [entry, is_new] = sets_.try_emplace(set);
    if (is_new) {
      Automaton automaton;
      automaton.states.resize(2);
      for (const CodePoints::Interval& interval : set.intervals()) {
        automaton.states[0].edges.push_back({interval, 1});
      }
      automaton.states[1].accepts = true;
      entry->second = strings_.Bare(automaton);
    }
    return GrammarBuilder::Rule(entry->second);
  }

  void CheckNames() {
    for (const auto& [name, rule] : rules_) {
      if (rule.is_defined) continue;
      error_ =
          Error{ErrorCode::kInvalid, "line " + std::to_string(rule.line) +
                                         ": expected a rule named '" + name + "'" + ", found none"};
      return;
    }
    if (!rules_.contains("root")) {
      error_ = Error{ErrorCode::kInvalid, "expected a rule named 'root', found none"};
    }
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::optional<Error> error_;
  GrammarBuilder builder_;
  JsonValues values_;
  StringRules strings_;
  std::map<std::string, NamedRule> rules_;
  std::map<CodePoints, int> sets_;  // rules of one character
  std::size_t elements_ = 0;
};

}  // namespace

Result<std::shared_ptr<const Grammar>> GbnfGrammar(std::string_view text) {
  if (text.size() > kMaxGbnfBytes) {
    return Error{ErrorCode::kTooLarge,
                 "expected at most " + std::to_string(kMaxGbnfBytes) + " bytes"};
  }
  return GbnfParser(text).Parse();
}

}  // namespace edgevlm
