#include "tokenizer/jinja/lexer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.h"
#include "tokenizer/utf8.h"

namespace edgevlm::jinja {
namespace {

constexpr std::string_view kBlanks = " \t\n\v\f\r";

constexpr std::array<std::string_view, 6> kLongOperators = {"==", "!=", "<=", ">=", "//", "**"};
constexpr std::string_view kOperators = "+-*/%~<>=()[]{},.:|";

std::string WithPlainLineEnds(std::string_view program) {
  std::string plain;
  plain.reserve(program.size());
  for (std::size_t i = 0; i < program.size(); ++i) {
    if (program[i] != '\r') {
      plain += program[i];
      continue;
    }
    plain += '\n';
    if (i + 1 < program.size() && program[i + 1] == '\n') ++i;
  }
  if (plain.ends_with('\n')) plain.pop_back();
  return plain;
}

bool IsNameByte(char c) { return IsAlphanumericAscii(c) || c == '_'; }
bool IsDigit(char c) { return '0' <= c && c <= '9'; }

int HexValue(char c) {
  const char lower = ToLowerAscii(c);
  if (IsDigit(c)) return c - '0';
  return 'a' <= lower && lower <= 'f' ? lower - 'a' + 10 : -1;
}

class Lexer {
 public:
  explicit Lexer(std::string_view program) : text_(WithPlainLineEnds(program)) {}

  Result<std::vector<Token>> Read() {
    while (at_ < text_.size() && !error_) ReadText();
    if (error_) return *error_;
    Add(Token::Kind::kEnd, {});
    return std::move(tokens_);
  }

 private:
  using Kind = Token::Kind;

  std::string_view Rest() const { return std::string_view(text_).substr(at_); }
  bool StartsWith(std::string_view mark) const { return Rest().starts_with(mark); }

  void Add(Kind kind, std::string text) {
    tokens_.push_back({.kind = kind, .text = std::move(text), .line = line_});
  }
  // Goes on behind `end`.
  void MoveTo(std::size_t end) {
    line_ += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                         text_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    at_ = end;
  }
  void Fail(const std::string& what) {
    if (!error_) error_ = Error{ErrorCode::kInvalid, "line " + std::to_string(line_) + ": " + what};
  }

  // The next "{{", "{%" or "{#".
  std::size_t FindOpener() const {
    for (std::size_t at = text_.find('{', at_); at != std::string::npos;
         at = text_.find('{', at + 1)) {
      const char next = at + 1 < text_.size() ? text_[at + 1] : '\0';
      if (next == '{' || next == '%' || next == '#') return at;
    }
    return std::string::npos;
  }

  // The text before an opener, without the blanks that it drops.
  std::string_view TextBefore(std::size_t opener) const {
    std::string_view text = Rest().substr(0, opener - at_);
    const char sign = opener + 2 < text_.size() ? text_[opener + 2] : '\0';
    if (sign == '-') return text.substr(0, text.find_last_not_of(kBlanks) + 1);
    if (sign == '+' || text_[opener + 1] == '{') return text;
    const std::size_t line_end = text.rfind('\n');
    if (line_end == std::string_view::npos && !at_line_start_) return text;
    const std::size_t line = line_end == std::string_view::npos ? 0 : line_end + 1;
    if (text.find_first_not_of(" \t\v\f", line) == std::string_view::npos) {
      text = text.substr(0, line);
    }
    return text;
  }

  void ReadText() {
    const std::size_t opener = FindOpener();
    if (opener == std::string::npos) {
      Add(Kind::kText, std::string(Rest()));
      return MoveTo(text_.size());
    }
    const std::string_view text = TextBefore(opener);
    if (!text.empty()) Add(Kind::kText, std::string(text));
    MoveTo(opener);
    if (StartsWith("{#")) return ReadComment();
    if (StartsWith("{{")) return ReadBlock(Kind::kBeginOutput, Kind::kEndOutput, "}}");
    if (IsRaw(at_, "raw")) return ReadRaw();
    ReadBlock(Kind::kBeginBlock, Kind::kEndBlock, "%}");
  }

  void DropBlanks() { MoveTo(std::min(text_.find_first_not_of(kBlanks, at_), text_.size())); }

  // Behind the end of a block or a comment. sign: the byte before that end.
  void AfterEnd(char sign, bool trims_line) {
    at_line_start_ = false;
    const std::size_t begin = at_;
    if (sign == '-') {
      DropBlanks();
    } else if (sign != '+' && trims_line && StartsWith("\n")) {
      MoveTo(at_ + 1);
    }
    at_line_start_ = at_ > begin && text_[at_ - 1] == '\n';
  }

  void ReadComment() {
    const std::size_t end = text_.find("#}", at_ + 2);
    if (end == std::string::npos) return Fail("expected '#}', found the end of the program");
    const char sign = end > at_ + 2 ? text_[end - 1] : '\0';
    MoveTo(end + 2);
    AfterEnd(sign, true);
  }

  // Whether a block {% name %} begins at an opener.
  bool IsRaw(std::size_t opener, std::string_view name) const {
    std::size_t at = opener + 2;
    if (at < text_.size() && (text_[at] == '-' || text_[at] == '+')) ++at;
    at = text_.find_first_not_of(kBlanks, at);
    if (at == std::string::npos || !std::string_view(text_).substr(at).starts_with(name)) {
      return false;
    }
    at = text_.find_first_not_of(kBlanks, at + name.size());
    if (at != std::string::npos && (text_[at] == '-' || text_[at] == '+')) ++at;
    return at != std::string::npos && std::string_view(text_).substr(at).starts_with("%}");
  }

  void PassBlock() {
    const std::size_t end = text_.find("%}", at_);
    const char sign = text_[end - 1];
    MoveTo(end + 2);
    AfterEnd(sign, true);
  }

  void ReadRaw() {
    PassBlock();
    std::size_t end = text_.find("{%", at_);
    while (end != std::string::npos && !IsRaw(end, "endraw")) end = text_.find("{%", end + 2);
    if (end == std::string::npos) return Fail("expected endraw, found the end of the program");
    const std::string_view text = TextBefore(end);
    if (!text.empty()) Add(Kind::kText, std::string(text));
    MoveTo(end);
    PassBlock();
  }

  void ReadBlock(Kind begin, Kind end, std::string_view end_mark) {
    Add(begin, {});
    MoveTo(at_ + 2);
    if (StartsWith("-") || StartsWith("+")) MoveTo(at_ + 1);
    int open = 0;  // brackets
    while (!error_) {
      DropBlanks();
      if (at_ == text_.size()) {
        return Fail("expected '" + std::string(end_mark) + "', found the end of the program");
      }
      const bool has_sign = StartsWith("-") || (StartsWith("+") && end == Kind::kEndBlock);
      if (open == 0 && Rest().substr(has_sign ? 1 : 0).starts_with(end_mark)) {
        const char sign = has_sign ? text_[at_] : '\0';
        Add(end, {});
        MoveTo(at_ + (has_sign ? 1 : 0) + end_mark.size());
        return AfterEnd(sign, end == Kind::kEndBlock);
      }
      ReadToken(open);
    }
  }

  void ReadToken(int& open) {
    const char c = text_[at_];
    if (c == '\'' || c == '"') return ReadString();
    if (IsDigit(c)) return ReadNumber();
    if (IsNameByte(c)) {
      std::size_t end = at_;
      while (end < text_.size() && IsNameByte(text_[end])) ++end;
      Add(Kind::kName, text_.substr(at_, end - at_));
      return MoveTo(end);
    }
    for (const std::string_view mark : kLongOperators) {
      if (!StartsWith(mark)) continue;
      Add(Kind::kOperator, std::string(mark));
      return MoveTo(at_ + mark.size());
    }
    if (kOperators.find(c) == std::string_view::npos) return Fail("unexpected character");
    if (c == '(' || c == '[' || c == '{') ++open;
    if (open > 0 && (c == ')' || c == ']' || c == '}')) --open;
    Add(Kind::kOperator, std::string(1, c));
    MoveTo(at_ + 1);
  }

  void ReadNumber() {
    std::string digits;
    std::size_t end = at_;
    const auto read_digits = [&] {
      while (end < text_.size() && (IsDigit(text_[end]) || text_[end] == '_')) {
        if (text_[end] != '_') digits += text_[end];
        ++end;
      }
    };
    read_digits();
    const bool is_float = end + 1 < text_.size() && text_[end] == '.' && IsDigit(text_[end + 1]);
    if (is_float) {
      digits += text_[end++];
      read_digits();
    }
    Add(is_float ? Kind::kFloat : Kind::kInt, digits);
    MoveTo(end);
  }

  void ReadString() {
    const char quote = text_[at_];
    std::size_t at = at_ + 1;
    std::string value;
    while (at < text_.size() && text_[at] != quote) {
      if (text_[at] == '\\' && at + 1 < text_.size()) {
        at = ReadEscape(at + 1, value);
      } else {
        value += text_[at++];
      }
    }
    if (at >= text_.size()) return Fail("expected the end of a string, found that of the program");
    Add(Kind::kString, std::move(value));
    MoveTo(at + 1);
  }

  // The escape whose backslash was before `at`. Returns where it ends.
  std::size_t ReadEscape(std::size_t at, std::string& value) {
    constexpr std::string_view kNames = "ntrbfav0\\'\"";
    constexpr std::string_view kValues{"\n\t\r\b\f\a\v\0\\'\"", 11};
    const char c = text_[at];
    if (c == '\n') return at + 1;
    if (const std::size_t index = kNames.find(c); index != std::string_view::npos) {
      value += kValues[index];
      return at + 1;
    }
    const int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    char32_t code = 0;
    for (int i = 0; i < digits; ++i) {
      const std::size_t digit_at = at + 1 + static_cast<std::size_t>(i);
      const int digit = digit_at < text_.size() ? HexValue(text_[digit_at]) : -1;
      if (digit < 0) {
        Fail("expected hexadecimal digits behind a backslash");
        return at;
      }
      code = code * 16 + static_cast<char32_t>(digit);
    }
    if (digits == 0) {  // no escape: the backslash stays
      value += '\\';
      value += c;
      return at + 1;
    }
    const bool is_surrogate = 0xD800 <= code && code <= 0xDFFF;
    AppendCodePoint(is_surrogate || code > 0x10FFFF ? char32_t{0xFFFD} : code, value);
    return at + 1 + static_cast<std::size_t>(digits);
  }

  const std::string text_;
  std::size_t at_ = 0;
  int line_ = 1;
  bool at_line_start_ = true;  // nothing but dropped text since the last line end
  std::vector<Token> tokens_;
  std::optional<Error> error_;
};

}  // namespace

Result<std::vector<Token>> ReadTokens(std::string_view program) { return Lexer(program).Read(); }

}  // namespace edgevlm::jinja
