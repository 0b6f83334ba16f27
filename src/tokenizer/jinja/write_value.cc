#include "tokenizer/jinja/write_value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "tokenizer/utf8.h"

namespace edgevlm::jinja {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

void AppendHex(unsigned value, int digits, std::string& text) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
    text += kHexDigits[(value >> shift) & 15u];
  }
}

// Calls write(begin, end, code point) for each character.
template <class Write>
void ForEachCharacter(const Text& text, const Write& write) {
  std::string_view rest = text.view();
  std::size_t at = 0;
  while (!rest.empty()) {
    const CodePoint point = ReadCodePoint(rest);
    const auto bytes = static_cast<std::size_t>(point.bytes);
    write(at, at + bytes, point.value);
    at += bytes;
    rest.remove_prefix(bytes);
  }
}

class ReprWriter {
 public:
  explicit ReprWriter(Run& run) : run_(run) {}

  void Write(const Value& value) {
    run_.Step();
    if (run_.failed()) return;
    switch (value.type()) {
      case Type::kText:
        return WriteText(value.text());
      case Type::kList:
        return WriteList(value.list());
      case Type::kDict:
        return WriteEntries(value.dict().entries);
      case Type::kNamespace:
        return text_.Append("<Namespace>");
      case Type::kCallable:
        return text_.Append("<function>");
      case Type::kUndefined:
        return text_.Append("Undefined");
      default:
        return text_.Append(ScalarText(value));
    }
  }

  Text Move() { return std::move(text_); }

  static std::string ScalarText(const Value& value) {
    if (value.Is(Type::kBool)) return value.boolean() ? "True" : "False";
    if (value.Is(Type::kInt)) return std::to_string(value.integer());
    return value.Is(Type::kFloat) ? FloatText(value.number()) : "None";
  }

 private:
  void WriteText(const Text& text) {
    run_.Make(text.size());
    const bool has_single = text.view().find('\'') != std::string_view::npos;
    const bool has_double = text.view().find('"') != std::string_view::npos;
    const char quote = has_single && !has_double ? '"' : '\'';
    text_.Append(std::string_view(&quote, 1));
    ForEachCharacter(text, [&](std::size_t begin, std::size_t end, char32_t code) {
      std::string escape;
      if (code == U'\n') escape = "\\n";
      if (code == U'\r') escape = "\\r";
      if (code == U'\t') escape = "\\t";
      if (code == U'\\') escape = "\\\\";
      if (code == static_cast<char32_t>(quote)) escape = std::string("\\") + quote;
      if (escape.empty() && (code < 0x20 || (0x7F <= code && code < 0xA0))) {
        escape = "\\x";
        AppendHex(static_cast<unsigned>(code), 2, escape);
      }
      escape.empty() ? text_.AppendSlice(text, begin, end) : text_.Append(escape);
    });
    text_.Append(std::string_view(&quote, 1));
  }

  void WriteList(const List& list) {
    text_.Append("[");
    for (std::size_t i = 0; i < list.items.size() && !run_.failed(); ++i) {
      if (i > 0) text_.Append(", ");
      Write(list.items[i]);
    }
    text_.Append("]");
  }

  void WriteEntries(const std::vector<std::pair<Text, Value>>& entries) {
    text_.Append("{");
    for (std::size_t i = 0; i < entries.size() && !run_.failed(); ++i) {
      if (i > 0) text_.Append(", ");
      WriteText(entries[i].first);
      text_.Append(": ");
      Write(entries[i].second);
    }
    text_.Append("}");
  }

  Run& run_;
  Text text_;
};

class JsonWriter {
 public:
  JsonWriter(Run& run, const JsonOptions& options) : run_(run), options_(options) {}

  void Write(const Value& value, int level) {
    run_.Step();
    if (run_.failed()) return;
    switch (value.type()) {
      case Type::kNone:
        return text_.Append("null");
      case Type::kBool:
        return text_.Append(value.boolean() ? "true" : "false");
      case Type::kInt:
      case Type::kFloat:
        return text_.Append(ReprWriter::ScalarText(value));
      case Type::kText:
        return WriteText(value.text());
      case Type::kList:
        return WriteList(value.list(), level);
      case Type::kDict:
        return WriteDict(value.dict(), level);
      default:
        run_.Fail("expected a value that JSON has, found an undefined one or a function");
    }
  }

  Text Move() { return std::move(text_); }

 private:
  void WriteText(const Text& text) {
    run_.Make(text.size());
    text_.Append("\"");
    ForEachCharacter(text, [&](std::size_t begin, std::size_t end, char32_t code) {
      const std::string escape = EscapeOf(code);
      escape.empty() ? text_.AppendSlice(text, begin, end) : text_.Append(escape);
    });
    text_.Append("\"");
  }

  // Empty if the character is written as it is.
  std::string EscapeOf(char32_t code) const {
    constexpr std::u32string_view kPlain = U"\"\\\n\r\t\f\b";
    constexpr std::string_view kEscapes = "\"\\nrtfb";
    if (const std::size_t index = kPlain.find(code); index != std::u32string_view::npos) {
      return {'\\', kEscapes[index]};
    }
    if (code >= 0x20 && (code < 0x80 || !options_.escapes_non_ascii)) return {};
    std::string escape = "\\u";
    if (code < 0x10000) {
      AppendHex(static_cast<unsigned>(code), 4, escape);
      return escape;
    }
    const unsigned offset = static_cast<unsigned>(code) - 0x10000u;
    AppendHex(0xD800u + (offset >> 10), 4, escape);
    escape += "\\u";
    AppendHex(0xDC00u + (offset & 0x3FFu), 4, escape);
    return escape;
  }

  void BreakLine(int level) {
    if (!options_.indent) return;
    const auto blanks =
        static_cast<std::size_t>(level) * static_cast<std::size_t>(*options_.indent);
    run_.Make(blanks);
    if (!run_.failed()) text_.Append("\n" + std::string(blanks, ' '));
  }

  void WriteList(const List& list, int level) {
    if (list.items.empty()) return text_.Append("[]");
    text_.Append("[");
    for (std::size_t i = 0; i < list.items.size() && !run_.failed(); ++i) {
      if (i > 0) text_.Append(options_.item_separator);
      BreakLine(level + 1);
      Write(list.items[i], level + 1);
    }
    BreakLine(level);
    text_.Append("]");
  }

  void WriteDict(const Dict& dict, int level) {
    if (dict.entries.empty()) return text_.Append("{}");
    std::vector<const std::pair<Text, Value>*> entries;
    for (const auto& entry : dict.entries) entries.push_back(&entry);
    if (options_.sorts_names) {
      std::ranges::stable_sort(entries, {}, [](const auto* entry) { return entry->first.view(); });
    }
    text_.Append("{");
    for (std::size_t i = 0; i < entries.size() && !run_.failed(); ++i) {
      if (i > 0) text_.Append(options_.item_separator);
      BreakLine(level + 1);
      WriteText(entries[i]->first);
      text_.Append(options_.name_separator);
      Write(entries[i]->second, level + 1);
    }
    BreakLine(level);
    text_.Append("}");
  }

  Run& run_;
  const JsonOptions& options_;
  Text text_;
};

}  // namespace

// Python writes an exponent outside of [1e-4, 1e16).
std::string FloatText(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  const double size = std::abs(value);
  const bool is_plain = size == 0 || (1e-4 <= size && size < 1e16);
  char buffer[64];
  const auto written =
      std::to_chars(std::begin(buffer), std::end(buffer), value,
                    is_plain ? std::chars_format::fixed : std::chars_format::scientific);
  std::string text(buffer, written.ptr);
  if (is_plain && text.find('.') == std::string::npos) text += ".0";
  return text;
}

Text ToText(Run& run, const Value& value) {
  if (value.Is(Type::kText)) {
    run.Make(value.text().size());
    return run.failed() ? Text() : value.text();
  }
  if (value.Is(Type::kUndefined)) return {};
  ReprWriter writer(run);
  writer.Write(value);
  return writer.Move();
}

Text ToJson(Run& run, const Value& value, const JsonOptions& options) {
  JsonWriter writer(run, options);
  writer.Write(value, 0);
  return writer.Move();
}

}  // namespace edgevlm::jinja
