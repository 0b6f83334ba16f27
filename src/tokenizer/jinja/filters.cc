#include "tokenizer/jinja/filters.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include "tokenizer/jinja/json_value.h"
#include "tokenizer/jinja/methods.h"
#include "tokenizer/jinja/operations.h"
#include "tokenizer/jinja/write_value.h"

namespace edgevlm::jinja {
namespace {

using Filter = Value (*)(Run&, const Value&, const Arguments&);
struct NamedFilter {
  std::string_view name;
  Filter apply;
};

constexpr std::int64_t kMaxIndent = 16;
constexpr std::size_t kMaxReadJsonBytes = std::size_t{256} << 10;

Value ToJsonFilter(Run& run, const Value& value, const Arguments& arguments) {
  JsonOptions options;
  const Value indent = arguments.At(1, "indent");
  if (indent.Is(Type::kInt)) {
    options.indent = static_cast<int>(std::clamp<std::int64_t>(indent.integer(), 0, kMaxIndent));
    options.item_separator = Text(",");
  }
  options.escapes_non_ascii = arguments.At(0, "ensure_ascii").IsTrue();
  options.sorts_names = arguments.At(3, "sort_keys").IsTrue();
  const Value separators = arguments.At(2, "separators");
  if (separators.Is(Type::kList) && separators.list().items.size() == 2) {
    options.item_separator = ToText(run, separators.list().items[0]);
    options.name_separator = ToText(run, separators.list().items[1]);
  }
  return run.Made(ToJson(run, value, options));
}

Value FromJsonFilter(Run& run, const Value& value, const Arguments&) {
  if (!value.Is(Type::kText) || value.text().size() > kMaxReadJsonBytes) {
    run.Fail("expected a text of JSON, of at most " + std::to_string(kMaxReadJsonBytes) + " bytes");
    return {};
  }
  run.Make(value.text().size() * sizeof(Value));
  if (run.failed()) return {};
  // If any of it is not the program's, all counts as such.
  int source = kProgram;
  for (const Text::Run& part : value.text().runs()) source = std::max(source, part.source);
  const Result<Value> read = ValueOfJson(value.text().view(), source);
  if (read) return *read;
  run.Fail(read.error().message);
  return {};
}

Value Default(Run&, const Value& value, const Arguments& arguments) {
  const bool replaces =
      value.Is(Type::kUndefined) || (arguments.At(1, "boolean").IsTrue() && !value.IsTrue());
  if (!replaces) return value;
  const Value usual = arguments.At(0, "default_value");
  return usual.Is(Type::kUndefined) ? Value("") : usual;
}

Value Join(Run& run, const Value& value, const Arguments& arguments) {
  std::vector<Value> items = ItemsOf(run, value);
  const Value attribute = arguments.At(1, "attribute");
  if (!attribute.Is(Type::kUndefined)) {
    for (Value& item : items) item = PathOf(run, item, attribute);
  }
  return run.Made(Joined(run, items, ToText(run, arguments.At(0, "d"))));
}

// Arguments behind the first `count`.
Arguments Behind(const Arguments& arguments, std::size_t count) {
  Arguments rest;
  for (std::size_t i = count; i < arguments.positional.size(); ++i) {
    rest.positional.push_back(arguments.positional[i]);
  }
  return rest;
}

// As in Jinja, nothing and none count as an empty list here.
std::vector<Value> ItemsOrNone(Run& run, const Value& value) {
  return value.IsTrue() ? ItemsOf(run, value) : std::vector<Value>();
}

Value Map(Run& run, const Value& value, const Arguments& arguments) {
  std::vector<Value> items = ItemsOrNone(run, value);
  const Value filter = arguments.At(0);
  const Value attribute = filter.Is(Type::kUndefined) ? arguments.At(0, "attribute") : Value();
  const Value usual = arguments.At(1, "default");
  const Arguments rest = Behind(arguments, 1);
  for (Value& item : items) {
    run.Step();
    if (run.failed()) break;
    if (!attribute.Is(Type::kUndefined)) {
      item = PathOf(run, item, attribute);
      if (item.Is(Type::kUndefined)) item = usual;
    } else {
      item = ApplyFilter(run, filter.Is(Type::kText) ? filter.text().view() : "", item, rest);
    }
  }
  return run.MadeList(std::move(items));
}

// The items for which a test holds, or does not; of their attribute if has_attribute.
Value Select(Run& run, const Value& value, const Arguments& arguments, bool has_attribute,
             bool wanted) {
  std::vector<Value> kept;
  const std::size_t first = has_attribute ? 1 : 0;
  const Value test = arguments.At(first);
  const Arguments rest = Behind(arguments, first + 1);
  for (const Value& item : ItemsOrNone(run, value)) {
    run.Step();
    if (run.failed()) break;
    const Value looked_at = has_attribute ? PathOf(run, item, arguments.At(0)) : item;
    const bool holds = test.Is(Type::kText) ? ApplyTest(run, test.text().view(), looked_at, rest)
                                            : looked_at.IsTrue();
    if (holds == wanted) kept.push_back(item);
  }
  return run.MadeList(std::move(kept));
}

Value ItemAt(Run& run, const Value& value, bool is_last) {
  const std::vector<Value> items = ItemsOf(run, value);
  if (items.empty()) return {};
  return is_last ? items.back() : items.front();
}

// Texts are compared without regard to case, as Jinja does.
Value SortKey(const Value& value, bool case_sensitive) {
  return value.Is(Type::kText) && !case_sensitive ? Value(Lower(value.text())) : value;
}

std::vector<Value> Sorted(Run& run, std::vector<Value> items, const Value& attribute,
                          bool case_sensitive, bool reversed) {
  run.Read(items.size() * items.size() / 8);
  std::vector<std::pair<Value, Value>> keyed;
  for (Value& item : items) {
    const Value key = attribute.Is(Type::kUndefined) ? item : PathOf(run, item, attribute);
    keyed.emplace_back(SortKey(key, case_sensitive), std::move(item));
  }
  // Insertion keeps its order even if a comparison fails.
  for (std::size_t i = 1; i < keyed.size() && !run.failed(); ++i) {
    for (std::size_t j = i; j > 0 && !run.failed(); --j) {
      run.Step();
      const auto& [before, after] = std::pair(keyed[j - 1].first, keyed[j].first);
      if (!(reversed ? IsLess(run, before, after) : IsLess(run, after, before))) break;
      std::swap(keyed[j - 1], keyed[j]);
    }
  }
  std::vector<Value> sorted;
  for (auto& [key, item] : keyed) sorted.push_back(std::move(item));
  return sorted;
}

Value Sort(Run& run, const Value& value, const Arguments& arguments) {
  return run.MadeList(Sorted(run, ItemsOf(run, value), arguments.At(2, "attribute"),
                             arguments.At(1, "case_sensitive").IsTrue(),
                             arguments.At(0, "reverse").IsTrue()));
}

Value DictSort(Run& run, const Value& value, const Arguments& arguments) {
  if (!value.Is(Type::kDict)) {
    run.Fail("expected a dict");
    return {};
  }
  const std::int64_t index = arguments.At(1, "by").IsText("value") ? 1 : 0;
  return run.MadeList(Sorted(run, ItemsOf(run, PairsOf(run, value.dict())), Value(index),
                             arguments.At(0, "case_sensitive").IsTrue(),
                             arguments.At(2, "reverse").IsTrue()));
}

Value Unique(Run& run, const Value& value, const Arguments&) {
  std::vector<Value> kept;
  std::vector<Value> keys;
  for (const Value& item : ItemsOf(run, value)) {
    const Value key = SortKey(item, false);
    const bool is_known = std::ranges::any_of(keys, [&](const Value& other) {
      run.Step();
      return !run.failed() && Compare(run, "==", other, key);
    });
    if (is_known) continue;
    keys.push_back(key);
    kept.push_back(item);
  }
  return run.MadeList(std::move(kept));
}

// Blanks before each line but the first, and but empty ones.
Value Indent(Run& run, const Value& value, const Arguments& arguments) {
  const Text text = ToText(run, value);
  const Value width = arguments.At(0, "width");
  const bool indents_first = arguments.At(1, "first").IsTrue();
  const bool indents_blank = arguments.At(2, "blank").IsTrue();
  Text margin(std::string_view("    "));
  if (width.Is(Type::kText)) margin = width.text();
  if (width.Is(Type::kInt)) {
    const auto count = std::clamp<std::int64_t>(width.integer(), 0, 256);
    margin = Text(std::string(static_cast<std::size_t>(count), ' '));
  }
  Text made;
  std::size_t begin = 0;
  while (!run.failed()) {
    const std::size_t end = std::min(text.view().find('\n', begin), text.size());
    const bool indents = begin == 0 ? indents_first : end > begin || indents_blank;
    run.Make(margin.size());
    if (indents && !run.failed()) made.Append(margin);
    made.AppendSlice(text, begin, std::min(end + 1, text.size()));
    if (end == text.size()) break;
    begin = end + 1;
  }
  return run.Made(std::move(made));
}

Value ToInt(Run& run, const Value& value, const Arguments& arguments) {
  const Value usual = arguments.At(0, "default");
  if (value.Is(Type::kFloat) && std::abs(value.number()) < 9e18) {
    return Value(static_cast<std::int64_t>(value.number()));
  }
  if (value.Is(Type::kInt) || value.Is(Type::kBool)) return Value(value.whole());
  const Text text = Stripped(run, ToText(run, value), Value(), Side::kBoth);
  std::int64_t number = 0;
  const char* const end = text.view().data() + text.size();
  const auto read = std::from_chars(text.view().data(), end, number);
  if (read.ec == std::errc() && read.ptr == end && !text.empty()) return Value(number);
  return usual.Is(Type::kUndefined) ? Value(std::int64_t{0}) : usual;
}

Value ToFloat(Run& run, const Value& value, const Arguments& arguments) {
  if (value.IsNumber()) return Value(value.number());
  const Text text = Stripped(run, ToText(run, value), Value(), Side::kBoth);
  double number = 0;
  const char* const end = text.view().data() + text.size();
  const auto read = std::from_chars(text.view().data(), end, number);
  if (read.ec == std::errc() && read.ptr == end && !text.empty()) return Value(number);
  const Value usual = arguments.At(0, "default");
  return usual.Is(Type::kUndefined) ? Value(0.0) : usual;
}

Value Reversed(Run& run, const Value& value, const Arguments&) {
  if (value.Is(Type::kText)) {
    return SliceOf(run, value, Value(), Value(), Value(std::int64_t{-1}));
  }
  std::vector<Value> items = ItemsOf(run, value);
  std::ranges::reverse(items);
  return run.MadeList(std::move(items));
}

// The least item, or the greatest.
Value Extreme(Run& run, const Value& value, bool is_least) {
  const std::vector<Value> items = ItemsOf(run, value);
  Value best;
  for (const Value& item : items) {
    const bool is_first = &item == &items.front();
    const Value a = SortKey(item, false);
    const Value b = SortKey(best, false);
    if (is_first || (is_least ? IsLess(run, a, b) : IsLess(run, b, a))) best = item;
  }
  return best;
}

Value Items(Run& run, const Value& value, const Arguments&) {
  if (value.Is(Type::kUndefined)) return run.MadeList({});
  if (value.Is(Type::kDict)) return PairsOf(run, value.dict());
  run.Fail("expected a dict");
  return {};
}

Value Sum(Run& run, const Value& value, const Arguments&) {
  Value sum(std::int64_t{0});
  for (const Value& item : ItemsOf(run, value)) sum = Calculate(run, "+", sum, item);
  return sum;
}

Value Round(Run& run, const Value& value, const Arguments& arguments) {
  constexpr std::int64_t kMaxDigits = 15;
  if (!value.IsNumber()) run.Fail("expected a number");
  if (!value.Is(Type::kFloat)) return value;
  const Value digits = arguments.At(0, "precision");
  const std::int64_t places =
      digits.Is(Type::kInt) ? std::clamp(digits.integer(), -kMaxDigits, kMaxDigits) : 0;
  const double scale = std::pow(10.0, static_cast<double>(places));
  return Value(std::nearbyint(value.number() * scale) / scale);
}

// A filter that changes a text.
template <Text (*kChange)(Text)>
Value Change(Run& run, const Value& value, const Arguments&) {
  return run.Made(kChange(ToText(run, value)));
}

constexpr NamedFilter kFilters[] = {
    {"tojson", ToJsonFilter},
    {"from_json", FromJsonFilter},
    {"default", Default},
    {"d", Default},
    {"join", Join},
    {"map", Map},
    {"select",
     [](Run& run, const Value& value, const Arguments& arguments) {
       return Select(run, value, arguments, false, true);
     }},
    {"reject",
     [](Run& run, const Value& value, const Arguments& arguments) {
       return Select(run, value, arguments, false, false);
     }},
    {"selectattr",
     [](Run& run, const Value& value, const Arguments& arguments) {
       return Select(run, value, arguments, true, true);
     }},
    {"rejectattr",
     [](Run& run, const Value& value, const Arguments& arguments) {
       return Select(run, value, arguments, true, false);
     }},
    {"first",
     [](Run& run, const Value& value, const Arguments&) { return ItemAt(run, value, false); }},
    {"last",
     [](Run& run, const Value& value, const Arguments&) { return ItemAt(run, value, true); }},
    {"sort", Sort},
    {"dictsort", DictSort},
    {"unique", Unique},
    {"indent", Indent},
    {"int", ToInt},
    {"float", ToFloat},
    {"reverse", Reversed},
    {"min",
     [](Run& run, const Value& value, const Arguments&) { return Extreme(run, value, true); }},
    {"max",
     [](Run& run, const Value& value, const Arguments&) { return Extreme(run, value, false); }},
    {"items", Items},
    {"sum", Sum},
    {"list", [](Run& run, const Value& value,
                const Arguments&) { return run.MadeList(ItemsOf(run, value)); }},
    {"length",
     [](Run& run, const Value& value, const Arguments&) { return Value(LengthOf(run, value)); }},
    {"count",
     [](Run& run, const Value& value, const Arguments&) { return Value(LengthOf(run, value)); }},
    {"string",
     [](Run& run, const Value& value, const Arguments&) { return run.Made(ToText(run, value)); }},
    {"safe",
     [](Run& run, const Value& value, const Arguments&) { return run.Made(ToText(run, value)); }},
    {"trim",
     [](Run& run, const Value& value, const Arguments& arguments) {
       return run.Made(Stripped(run, ToText(run, value), arguments.At(0, "chars"), Side::kBoth));
     }},
    {"replace",
     [](Run& run, const Value& value, const Arguments& arguments) {
       const Value most = arguments.At(2, "count");
       return run.Made(Replaced(run, ToText(run, value), ToText(run, arguments.At(0, "old")),
                                ToText(run, arguments.At(1, "new")),
                                most.Is(Type::kInt) ? most.integer() : INT64_MAX));
     }},
    {"upper", Change<Upper>},
    {"lower", Change<Lower>},
    {"title", Change<Title>},
    {"capitalize", Change<Capitalized>},
    {"abs",
     [](Run& run, const Value& value, const Arguments&) {
       if (!value.IsNumber()) run.Fail("expected a number");
       const bool is_negative = value.IsNumber() && value.number() < 0;
       return is_negative ? Calculate(run, "-", Value(std::int64_t{0}), value) : value;
     }},
    {"round", Round},
};

}  // namespace

Value ApplyFilter(Run& run, std::string_view name, const Value& value, const Arguments& arguments) {
  const auto* filter = std::ranges::find(kFilters, name, &NamedFilter::name);
  if (filter != std::end(kFilters)) return filter->apply(run, value, arguments);
  run.Fail(ErrorCode::kUnsupported, "unknown filter '" + std::string(name) + "'");
  return {};
}

}  // namespace edgevlm::jinja
