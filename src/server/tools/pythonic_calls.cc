#include "server/tools/pythonic_calls.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/ascii.h"

namespace edgevlm {
namespace {

bool IsNameByte(char c) { return IsAlphanumericAscii(c) || c == '_' || c == '.' || c == '-'; }

// After a failure nothing more is read.
class PythonicReader {
 public:
  explicit PythonicReader(std::string_view text) : rest_(text) {}

  std::optional<std::vector<ToolCall>> Read() {
    std::vector<ToolCall> calls;
    Expect('[');
    do {
      calls.push_back(ReadCall());
    } while (!failed_ && calls.size() < kMaxTools && Accept(','));
    Expect(']');
    Skip();
    if (failed_ || !rest_.empty()) return std::nullopt;
    return calls;
  }

 private:
  void Skip() {
    const std::size_t begin = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(std::min(begin, rest_.size()));
  }
  bool Accept(char mark) {
    Skip();
    if (failed_ || !rest_.starts_with(mark)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void Expect(char mark) { failed_ |= !Accept(mark); }

  std::string ReadName() {
    Skip();
    std::size_t size = 0;
    while (size < rest_.size() && IsNameByte(rest_[size])) ++size;
    failed_ |= size == 0 || size > kMaxToolNameBytes;
    std::string name(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return name;
  }

  ToolCall ReadCall() {
    ToolCall call = {.id = {}, .name = ReadName(), .arguments = Json::object()};
    Expect('(');
    while (!failed_ && !Accept(')')) {
      std::string name = ReadName();
      Expect('=');
      Json value = ReadValue(0);
      if (failed_ || call.arguments.size() == kMaxJsonNames) break;
      call.arguments[std::move(name)] = std::move(value);
      if (!Accept(',')) {
        Expect(')');
        return call;
      }
    }
    return call;
  }

  Json ReadValue(int depth) {
    Skip();
    if (failed_ || rest_.empty() || depth > kMaxPythonicDepth) return Fail();
    if (rest_[0] == '"' || rest_[0] == '\'') return ReadText();
    if (Accept('[')) return ReadList(depth);
    if (Accept('{')) return ReadDict(depth);
    constexpr std::pair<std::string_view, int> kWords[] = {
        {"True", 1}, {"true", 1}, {"False", 0}, {"false", 0}, {"None", -1}, {"null", -1}};
    for (const auto& [word, value] : kWords) {
      if (!rest_.starts_with(word)) continue;
      rest_.remove_prefix(word.size());
      return value < 0 ? Json() : Json(value == 1);
    }
    return ReadNumber();
  }

  Json Fail() {
    failed_ = true;
    return {};
  }

  Json ReadNumber() {
    const std::size_t size = std::min(rest_.find_first_not_of("+-.0123456789eE"), rest_.size());
    const Result<Json> number = ParseJson(rest_.substr(0, size));
    if (!number || !number->is_number()) return Fail();
    rest_.remove_prefix(size);
    return *number;
  }

  Json ReadList(int depth) {
    Json list = Json::array();
    while (!failed_ && !Accept(']')) {
      list.push_back(ReadValue(depth + 1));
      if (Accept(',')) continue;
      Expect(']');
      break;
    }
    return list;
  }

  Json ReadDict(int depth) {
    Json dict = Json::object();
    while (!failed_ && !Accept('}')) {
      const Json name = ReadValue(depth + 1);
      Expect(':');
      Json value = ReadValue(depth + 1);
      if (failed_ || !name.is_string() || dict.size() == kMaxJsonNames) return Fail();
      dict[name.get<std::string>()] = std::move(value);
      if (Accept(',')) continue;
      Expect('}');
      break;
    }
    return dict;
  }

  // As the text of a JSON value, whose escapes Python's texts have too.
  Json ReadText() {
    const char quote = rest_[0];
    std::string json = "\"";
    std::size_t at = 1;
    for (; at < rest_.size() && rest_[at] != quote; ++at) {
      const char c = rest_[at];
      if (c == '\\' && at + 1 < rest_.size()) {
        const char next = rest_[++at];
        json += next == '\'' ? "'" : std::string("\\") + next;
      } else if (c == '"') {
        json += "\\\"";
      } else if (c == '\n') {
        json += "\\n";
      } else if (c == '\t') {
        json += "\\t";
      } else {
        json += c;
      }
    }
    if (at >= rest_.size()) return Fail();
    rest_.remove_prefix(at + 1);
    Result<Json> text = ParseJson(json + "\"");
    return text ? *std::move(text) : Fail();
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

std::optional<std::vector<ToolCall>> ParsePythonicCalls(std::string_view text) {
  return PythonicReader(text).Read();
}

}  // namespace edgevlm
