#include "tokenizer/jinja/methods.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "base/ascii.h"
#include "tokenizer/jinja/operations.h"
#include "tokenizer/jinja/write_value.h"
#include "tokenizer/utf8.h"

namespace edgevlm::jinja {
namespace {

constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

bool IsBlank(char32_t code) {
  return (9 <= code && code <= 13) || (0x1C <= code && code <= 0x20) || code == 0x85 ||
         code == 0xA0 || code == 0x1680 || (0x2000 <= code && code <= 0x200A) || code == 0x2028 ||
         code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

// An argument that must be a text.
Text TextAt(Run& run, const Arguments& arguments, std::size_t index, std::string_view name = {}) {
  const Value value = arguments.At(index, name);
  if (value.Is(Type::kText)) return value.text();
  run.Fail("expected a text as argument " + std::to_string(index + 1));
  return {};
}

// How often something is done at most; all if it is left out or negative.
std::int64_t MostAt(Run& run, const Arguments& arguments, std::size_t index,
                    std::string_view name) {
  const Value value = arguments.At(index, name);
  if (value.Is(Type::kUndefined)) return kAll;
  if (!value.Is(Type::kInt)) run.Fail("expected a number as argument " + std::to_string(index + 1));
  return value.Is(Type::kInt) && value.integer() >= 0 ? value.integer() : kAll;
}

// At blanks, which are dropped.
Value SplitAtBlanks(Run& run, const Text& text, std::int64_t most) {
  const std::vector<std::size_t> offsets = CharactersOf(run, text);
  std::vector<Value> parts;
  std::size_t i = 0;
  const auto is_blank = [&](std::size_t index) {
    return IsBlank(ReadCodePoint(text.view().substr(offsets[index])).value);
  };
  while (!run.failed()) {
    while (i + 1 < offsets.size() && is_blank(i)) ++i;
    if (i + 1 >= offsets.size()) break;
    if (std::ssize(parts) == most) {
      parts.push_back(
          run.Made(Stripped(run, text.Slice(offsets[i], text.size()), Value(), Side::kRight)));
      break;
    }
    const std::size_t begin = i;
    while (i + 1 < offsets.size() && !is_blank(i)) ++i;
    parts.push_back(run.Made(text.Slice(offsets[begin], offsets[i])));
  }
  return run.MadeList(std::move(parts));
}

Value Split(Run& run, const Text& text, const Arguments& arguments) {
  const std::int64_t most = MostAt(run, arguments, 1, "maxsplit");
  const Value given = arguments.At(0, "sep");
  if (given.Is(Type::kUndefined) || given.Is(Type::kNone)) return SplitAtBlanks(run, text, most);
  const Text separator = TextAt(run, arguments, 0, "sep");
  if (separator.empty()) run.Fail("expected a separator that is not empty");
  CountSearch(run, text.size(), separator.size());
  std::vector<Value> parts;
  std::size_t begin = 0;
  while (!run.failed()) {
    const std::size_t end =
        std::ssize(parts) < most ? text.view().find(separator.view(), begin) : std::string::npos;
    parts.push_back(run.Made(text.Slice(begin, std::min(end, text.size()))));
    if (end == std::string_view::npos) break;
    begin = end + separator.size();
  }
  return run.MadeList(std::move(parts));
}

// From the end.
Value SplitRight(Run& run, const Text& text, const Arguments& arguments) {
  const std::int64_t most = MostAt(run, arguments, 1, "maxsplit");
  const Text separator = TextAt(run, arguments, 0, "sep");
  if (separator.empty()) run.Fail("expected a separator that is not empty");
  CountSearch(run, text.size(), separator.size());
  std::vector<Value> parts;
  std::size_t end = text.size();
  while (!run.failed()) {
    const bool fits = std::ssize(parts) < most && end >= separator.size();
    const std::size_t at =
        fits ? text.view().rfind(separator.view(), end - separator.size()) : std::string_view::npos;
    const bool is_last = at == std::string_view::npos;
    parts.push_back(run.Made(text.Slice(is_last ? 0 : at + separator.size(), end)));
    if (is_last) break;
    end = at;
  }
  std::ranges::reverse(parts);
  return run.MadeList(std::move(parts));
}

Value SplitLines(Run& run, const Text& text) {
  std::vector<Value> lines;
  std::size_t begin = 0;
  while (begin < text.size() && !run.failed()) {
    const std::size_t end = std::min(text.view().find_first_of("\r\n", begin), text.size());
    lines.push_back(run.Made(text.Slice(begin, end)));
    begin = end + (text.view().substr(end).starts_with("\r\n") ? 2 : 1);
  }
  return run.MadeList(std::move(lines));
}

// Whether a text begins, or ends, with one of these.
Value HasAffix(Run& run, const Text& text, const Value& affixes, bool at_start) {
  std::vector<Value> all;
  if (affixes.Is(Type::kText)) all.push_back(affixes);
  if (affixes.Is(Type::kList)) all = affixes.list().items;
  if (all.empty() && !affixes.Is(Type::kList)) run.Fail("expected a text");
  for (const Value& affix : all) {
    if (!affix.Is(Type::kText)) {
      run.Fail("expected texts");
      break;
    }
    const std::string_view wanted = affix.text().view();
    run.Read(wanted.size());
    if (at_start ? text.view().starts_with(wanted) : text.view().ends_with(wanted)) {
      return Value(true);
    }
  }
  return Value(false);
}

Value WithoutAffix(Run& run, const Text& text, const Text& affix, bool at_start) {
  const bool has = !HasAffix(run, text, Value(affix), at_start).boolean();
  if (has) return run.Made(text);
  const std::size_t size = affix.size();
  return run.Made(at_start ? text.Slice(size, text.size()) : text.Slice(0, text.size() - size));
}

// As a number of characters, -1 if it does not occur.
Value Find(Run& run, const Text& text, const Text& wanted, bool from_end) {
  CountSearch(run, text.size(), wanted.size());
  if (run.failed()) return {};
  const std::size_t at =
      from_end ? text.view().rfind(wanted.view()) : text.view().find(wanted.view());
  if (at == std::string_view::npos) return Value(std::int64_t{-1});
  return Value(LengthOf(run, Value(text.Slice(0, at))));
}

Value Count(Run& run, const Text& text, const Text& wanted) {
  CountSearch(run, text.size(), wanted.size());
  std::int64_t count = 0;
  if (wanted.empty()) return Value(LengthOf(run, Value(text)) + 1);
  for (std::size_t at = text.view().find(wanted.view());
       at != std::string_view::npos && !run.failed();
       at = text.view().find(wanted.view(), at + wanted.size())) {
    ++count;
  }
  return Value(count);
}

// "{} {0} {name}": no formats behind a colon.
Value Format(Run& run, const Text& text, const Arguments& arguments) {
  Text made;
  std::size_t next = 0;
  std::size_t at = 0;
  while (at < text.size() && !run.failed()) {
    const std::string_view rest = text.view().substr(at);
    const std::size_t mark = std::min(rest.find_first_of("{}"), rest.size());
    made.AppendSlice(text, at, at + mark);
    at += mark;
    if (at == text.size()) break;
    const std::string_view field = text.view().substr(at);
    if (field.starts_with("{{") || field.starts_with("}}")) {
      made.AppendSlice(text, at, at + 1);
      at += 2;
      continue;
    }
    const std::size_t end = field.find('}');
    const std::string name(field.substr(1, end == std::string_view::npos ? 0 : end - 1));
    const bool is_number = name.size() < 4 && name.find_first_not_of("0123456789") == name.npos;
    const std::size_t index = name.empty() ? next++
                              : is_number  ? static_cast<std::size_t>(std::stoi(name))
                                           : arguments.positional.size();
    if (field[0] != '{' || end == std::string_view::npos ||
        name.find_first_of(":!.[") != name.npos) {
      run.Fail("expected {}, {number} or {name} in a format");
      break;
    }
    made.Append(ToText(run, arguments.At(index, name)));
    at += end + 1;
  }
  return run.Made(std::move(made));
}

bool AreAll(const Text& text, bool (*is_one)(char)) {
  return !text.empty() && std::ranges::all_of(text.view(), is_one);
}

using TextMethod = Value (*)(Run&, const Text&, const Arguments&);
struct NamedTextMethod {
  std::string_view name;
  TextMethod call;
};

constexpr NamedTextMethod kTextMethods[] = {
    {"split", Split},
    {"rsplit", SplitRight},
    {"splitlines",
     [](Run& run, const Text& text, const Arguments&) { return SplitLines(run, text); }},
    {"strip",
     [](Run& run, const Text& text, const Arguments& arguments) {
       return run.Made(Stripped(run, text, arguments.At(0), Side::kBoth));
     }},
    {"lstrip",
     [](Run& run, const Text& text, const Arguments& arguments) {
       return run.Made(Stripped(run, text, arguments.At(0), Side::kLeft));
     }},
    {"rstrip",
     [](Run& run, const Text& text, const Arguments& arguments) {
       return run.Made(Stripped(run, text, arguments.At(0), Side::kRight));
     }},
    {"startswith",
     [](Run& run, const Text& text, const Arguments& arguments) {
       return HasAffix(run, text, arguments.At(0), true);
     }},
    {"endswith",
     [](Run& run, const Text& text, const Arguments& arguments) {
       return HasAffix(run, text, arguments.At(0), false);
     }},
    {"removeprefix",
     [](Run& run, const Text& text, const Arguments& arguments) {
       return WithoutAffix(run, text, TextAt(run, arguments, 0), true);
     }},
    {"removesuffix",
     [](Run& run, const Text& text, const Arguments& arguments) {
       return WithoutAffix(run, text, TextAt(run, arguments, 0), false);
     }},
    {"lower", [](Run& run, const Text& text, const Arguments&) { return run.Made(Lower(text)); }},
    {"upper", [](Run& run, const Text& text, const Arguments&) { return run.Made(Upper(text)); }},
    {"title", [](Run& run, const Text& text, const Arguments&) { return run.Made(Title(text)); }},
    {"capitalize",
     [](Run& run, const Text& text, const Arguments&) { return run.Made(Capitalized(text)); }},
    {"replace",
     [](Run& run, const Text& text, const Arguments& arguments) {
       return run.Made(Replaced(run, text, TextAt(run, arguments, 0), TextAt(run, arguments, 1),
                                MostAt(run, arguments, 2, "count")));
     }},
    {"join",
     [](Run& run, const Text& text, const Arguments& arguments) {
       return run.Made(Joined(run, ItemsOf(run, arguments.At(0)), text));
     }},
    {"find",
     [](Run& run, const Text& text, const Arguments& arguments) {
       return Find(run, text, TextAt(run, arguments, 0), false);
     }},
    {"rfind",
     [](Run& run, const Text& text, const Arguments& arguments) {
       return Find(run, text, TextAt(run, arguments, 0), true);
     }},
    {"count",
     [](Run& run, const Text& text, const Arguments& arguments) {
       return Count(run, text, TextAt(run, arguments, 0));
     }},
    {"format", Format},
    {"isdigit",
     [](Run&, const Text& text, const Arguments&) {
       return Value(AreAll(text, [](char c) { return '0' <= c && c <= '9'; }));
     }},
    {"isalnum", [](Run&, const Text& text,
                   const Arguments&) { return Value(AreAll(text, IsAlphanumericAscii)); }},
};

constexpr std::string_view kDictMethods[] = {"items", "keys", "values", "get"};
constexpr std::string_view kListMethods[] = {"index", "count"};

const NamedTextMethod* FindTextMethod(std::string_view name) {
  const auto* found = std::ranges::find(kTextMethods, name, &NamedTextMethod::name);
  return found == std::end(kTextMethods) ? nullptr : found;
}

Value CallDictMethod(Run& run, const Dict& dict, std::string_view name,
                     const Arguments& arguments) {
  if (name == "items") return PairsOf(run, dict);
  if (name == "get") {
    const Value key = arguments.At(0);
    run.Read(dict.entries.size());
    const Value* found = key.Is(Type::kText) ? dict.Find(key.text().view()) : nullptr;
    if (found != nullptr) return *found;
    const Value usual = arguments.At(1, "default");
    return usual.Is(Type::kUndefined) && arguments.positional.size() < 2 ? Value(Value::None())
                                                                         : usual;
  }
  std::vector<Value> items;
  for (const auto& [key, value] : dict.entries) {
    items.push_back(name == "keys" ? run.Made(key) : value);
  }
  return run.MadeList(std::move(items));
}

Value CallListMethod(Run& run, const List& list, std::string_view name,
                     const Arguments& arguments) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < list.items.size() && !run.failed(); ++i) {
    if (!Compare(run, "==", list.items[i], arguments.At(0))) continue;
    if (name == "index") return Value(static_cast<std::int64_t>(i));
    ++count;
  }
  if (name == "index") run.Fail("expected a value that is in the list");
  return Value(count);
}

}  // namespace

Text Stripped(Run& run, const Text& text, const Value& characters, Side side) {
  run.Read(text.size());
  std::u32string wanted;
  if (characters.Is(Type::kText)) {
    const Text& given = characters.text();
    for (std::size_t at = 0; at < given.size();) {
      const CodePoint point = ReadCodePoint(given.view().substr(at));
      wanted += point.value;
      at += static_cast<std::size_t>(point.bytes);
    }
    run.Read(text.size() * wanted.size());
  } else if (!characters.Is(Type::kUndefined) && !characters.Is(Type::kNone)) {
    run.Fail("expected a text of characters");
  }
  if (run.failed()) return {};
  const bool has_wanted = characters.Is(Type::kText);
  const auto drops = [&](std::size_t at) {
    const char32_t code = ReadCodePoint(text.view().substr(at)).value;
    return has_wanted ? wanted.find(code) != std::u32string::npos : IsBlank(code);
  };
  std::size_t begin = 0;
  std::size_t end = text.size();
  while (side != Side::kRight && begin < end && drops(begin)) {
    begin += static_cast<std::size_t>(ReadCodePoint(text.view().substr(begin)).bytes);
  }
  while (side != Side::kLeft && begin < end) {
    std::size_t last = end - 1;
    while (last > begin && (static_cast<unsigned char>(text.view()[last]) & 0xC0u) == 0x80u) --last;
    if (!drops(last)) break;
    end = last;
  }
  return text.Slice(begin, end);
}

Text Replaced(Run& run, const Text& text, const Text& before, const Text& after,
              std::int64_t most) {
  CountSearch(run, text.size(), before.size());
  Text made;
  std::size_t at = 0;
  while (!run.failed() && most-- > 0) {
    const std::size_t next =
        before.empty() ? std::min(at, text.size()) : text.view().find(before.view(), at);
    if (next == std::string_view::npos) break;
    made.AppendSlice(text, at, next);
    run.Make(after.size());
    if (run.failed()) break;
    made.Append(after);
    at = next + before.size();
    if (!before.empty()) continue;
    if (at == text.size()) return made;
    // Between any two characters.
    const auto bytes = static_cast<std::size_t>(ReadCodePoint(text.view().substr(at)).bytes);
    made.AppendSlice(text, at, at + bytes);
    at += bytes;
  }
  made.AppendSlice(text, at, text.size());
  return made;
}

Text Lower(Text text) {
  text.MapBytes([](char c) { return ToLowerAscii(c); });
  return text;
}

Text Upper(Text text) {
  text.MapBytes([](char c) { return ToUpperAscii(c); });
  return text;
}

Text Title(Text text) {
  bool is_inside = false;  // of a word
  text.MapBytes([&](char c) {
    const char lower = ToLowerAscii(c);
    const bool is_letter = 'a' <= lower && lower <= 'z';
    const char made = std::exchange(is_inside, is_letter) ? lower : ToUpperAscii(c);
    return is_letter ? made : c;
  });
  return text;
}

Text Capitalized(Text text) {
  bool is_first = true;
  text.MapBytes(
      [&](char c) { return std::exchange(is_first, false) ? ToUpperAscii(c) : ToLowerAscii(c); });
  return text;
}

Text Joined(Run& run, const std::vector<Value>& items, const Text& separator) {
  Text made;
  for (std::size_t i = 0; i < items.size() && !run.failed(); ++i) {
    if (i > 0) made.Append(separator);
    run.Make(separator.size());
    made.Append(ToText(run, items[i]));
  }
  return made;
}

Value PairsOf(Run& run, const Dict& dict) {
  std::vector<Value> pairs;
  for (const auto& [name, value] : dict.entries) {
    if (run.failed()) break;
    pairs.push_back(run.MadeList({run.Made(name), value}));
  }
  return run.MadeList(std::move(pairs));
}

bool IsMethod(const Value& receiver, std::string_view name) {
  if (receiver.Is(Type::kText)) return FindTextMethod(name) != nullptr;
  if (receiver.Is(Type::kDict)) {
    return std::ranges::find(kDictMethods, name) != std::end(kDictMethods);
  }
  return receiver.Is(Type::kList) &&
         std::ranges::find(kListMethods, name) != std::end(kListMethods);
}

Value CallMethod(Run& run, const Value& receiver, std::string_view name,
                 const Arguments& arguments) {
  if (receiver.Is(Type::kText)) {
    return FindTextMethod(name)->call(run, receiver.text(), arguments);
  }
  if (receiver.Is(Type::kDict)) return CallDictMethod(run, receiver.dict(), name, arguments);
  return CallListMethod(run, receiver.list(), name, arguments);
}

}  // namespace edgevlm::jinja
