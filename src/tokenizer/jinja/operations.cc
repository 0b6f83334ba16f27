#include "tokenizer/jinja/operations.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "tokenizer/jinja/methods.h"
#include "tokenizer/jinja/write_value.h"
#include "tokenizer/utf8.h"

namespace edgevlm::jinja {
namespace {

Value FailKind(Run& run, std::string_view mark) {
  run.Fail("the operands of " + std::string(mark) + " do not fit");
  return {};
}

// Quotients are rounded down, and the rest has the divisor's sign. REQUIRES: b is neither 0 nor -1.
std::int64_t Divided(std::int64_t a, std::int64_t b, bool is_rest) {
  const std::int64_t rest = a % b;
  const bool rounds = rest != 0 && (rest < 0) != (b < 0);
  if (is_rest) return rest + (rounds ? b : 0);
  return a / b - (rounds ? 1 : 0);
}

Value CalculateInts(Run& run, char mark, std::int64_t a, std::int64_t b) {
  std::int64_t made = 0;
  bool overflows = false;
  switch (mark) {
    case '+':
      overflows = __builtin_add_overflow(a, b, &made);
      break;
    case '-':
      overflows = __builtin_sub_overflow(a, b, &made);
      break;
    case '*':
      overflows = __builtin_mul_overflow(a, b, &made);
      break;
    default:
      if (b == 0) run.Fail("expected a divisor that is not 0");
      if (b == -1 && mark == '/') overflows = __builtin_sub_overflow(std::int64_t{0}, a, &made);
      if (b != 0 && b != -1) made = Divided(a, b, mark == '%');
  }
  if (overflows) run.Fail(ErrorCode::kTooLarge, "expected numbers of 64 bits");
  return Value(made);
}

Value CalculateNumbers(Run& run, std::string_view mark, const Value& a, const Value& b) {
  const bool is_float = a.Is(Type::kFloat) || b.Is(Type::kFloat) || mark == "/";
  if (!is_float) return CalculateInts(run, mark[0], a.whole(), b.whole());
  const double x = a.number();
  const double y = b.number();
  if (mark == "+") return Value(x + y);
  if (mark == "-") return Value(x - y);
  if (mark == "*") return Value(x * y);
  if (y == 0) {
    run.Fail("expected a divisor that is not 0");
    return {};
  }
  if (mark == "/") return Value(x / y);
  return Value(mark == "//" ? std::floor(x / y) : x - y * std::floor(x / y));
}

// A text or a list, several times.
Value Repeat(Run& run, const Value& value, std::int64_t times) {
  times = std::max<std::int64_t>(times, 0);
  const bool is_text = value.Is(Type::kText);
  const std::size_t size =
      is_text ? value.text().size() : value.list().items.size() * sizeof(Value);
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(size, static_cast<std::size_t>(times), &bytes)) bytes = SIZE_MAX / 2;
  run.Make(bytes);
  if (run.failed() || size == 0) times = 0;
  Text text;
  std::vector<Value> items;
  for (std::int64_t i = 0; i < times; ++i) {
    if (is_text) {
      text.Append(value.text());
    } else {
      items.insert(items.end(), value.list().items.begin(), value.list().items.end());
    }
  }
  return is_text ? Value(std::move(text)) : run.MadeList(std::move(items));
}

Value Join(Run& run, const Value& a, const Value& b) {
  if (a.Is(Type::kText)) {
    run.Make(a.text().size() + b.text().size());
    if (run.failed()) return {};
    Text text = a.text();
    text.Append(b.text());
    return Value(std::move(text));
  }
  std::vector<Value> items;
  const auto& first = a.list().items;
  const auto& second = b.list().items;
  run.Make((first.size() + second.size()) * sizeof(Value));
  if (run.failed()) return {};
  items.reserve(first.size() + second.size());
  items.insert(items.end(), first.begin(), first.end());
  items.insert(items.end(), second.begin(), second.end());
  return run.MadeList(std::move(items));
}

// Counts a comparison of two values.
void CountValue(Run& run, const Value& value) {
  if (value.Is(Type::kText)) return run.Read(value.text().size());
  run.Step();
  if (run.failed()) return;
  if (value.Is(Type::kList)) {
    for (const Value& item : value.list().items) CountValue(run, item);
  } else if (value.Is(Type::kDict)) {
    const auto& entries = value.dict().entries;
    run.Read(entries.size() * entries.size() * sizeof(entries[0]));
    for (const auto& [name, item] : entries) CountValue(run, item);
  }
}

bool EqualCounted(Run& run, const Value& a, const Value& b) {
  if (a.type() == b.type()) CountValue(run, a);
  return !run.failed() && Equal(a, b);
}

bool Contains(Run& run, const Value& container, const Value& value) {
  switch (container.type()) {
    case Type::kText:
      if (!value.Is(Type::kText)) break;
      CountSearch(run, container.text().size(), value.text().size());
      return !run.failed() &&
             container.text().view().find(value.text().view()) != std::string_view::npos;
    case Type::kList:
      return std::ranges::any_of(container.list().items, [&](const Value& item) {
        run.Step();
        return EqualCounted(run, value, item);
      });
    case Type::kDict:
      run.Read(container.dict().entries.size());
      return value.Is(Type::kText) && container.dict().Find(value.text().view()) != nullptr;
    case Type::kUndefined:
      return false;
    default:
      break;
  }
  FailKind(run, "in");
  return false;
}

std::optional<std::int64_t> Bound(Run& run, const Value& value) {
  if (value.Is(Type::kUndefined) || value.Is(Type::kNone)) return std::nullopt;
  if (value.Is(Type::kInt) || value.Is(Type::kBool)) return value.whole();
  FailKind(run, "[:]");
  return std::nullopt;
}

// A bound of a slice as an index in [low, high].
std::int64_t Clamped(std::int64_t bound, std::int64_t length, std::int64_t low, std::int64_t high) {
  if (bound < 0) bound = std::max<std::int64_t>(bound, -length - 1) + length;
  return std::clamp(bound, low, high);
}

// The indices that a slice picks.
std::vector<std::size_t> Picked(std::int64_t length, std::optional<std::int64_t> first,
                                std::optional<std::int64_t> end, std::int64_t step) {
  std::vector<std::size_t> indices;
  if (step > 0) {
    const std::int64_t begin = first ? Clamped(*first, length, 0, length) : 0;
    const std::int64_t stop = end ? Clamped(*end, length, 0, length) : length;
    for (std::int64_t i = begin; i < stop; i += std::min(step, length)) {
      indices.push_back(static_cast<std::size_t>(i));
    }
  } else {
    const std::int64_t begin = first ? Clamped(*first, length, -1, length - 1) : length - 1;
    const std::int64_t stop = end ? Clamped(*end, length, -1, length - 1) : -1;
    for (std::int64_t i = begin; i > stop; i += std::max(step, -length)) {
      indices.push_back(static_cast<std::size_t>(i));
    }
  }
  return indices;
}

// An item of a list or a character of a text, counted from the end if negative; undefined if there
// is none.
Value AtIndex(Run& run, const Value& value, std::int64_t index) {
  if (!value.Is(Type::kList) && !value.Is(Type::kText)) return {};
  const bool is_list = value.Is(Type::kList);
  const std::vector<std::size_t> offsets =
      is_list ? std::vector<std::size_t>() : CharactersOf(run, value.text());
  const std::int64_t length = is_list ? std::ssize(value.list().items) : std::ssize(offsets) - 1;
  if (index < 0) index += length;
  if (index < 0 || index >= length) return {};
  const auto at = static_cast<std::size_t>(index);
  if (is_list) return value.list().items[at];
  return run.Made(value.text().Slice(offsets[at], offsets[at + 1]));
}

}  // namespace

void CountSearch(Run& run, std::size_t bytes, std::size_t searched_bytes) {
  // A search may compare what it looks for again at every byte.
  constexpr std::size_t kUsualBytes = 16;
  run.Read(bytes * (1 + searched_bytes / kUsualBytes));
}

std::vector<std::size_t> CharactersOf(Run& run, const Text& text) {
  run.Make(text.size() * sizeof(std::size_t));
  std::vector<std::size_t> offsets;
  if (run.failed()) return {0};
  std::size_t at = 0;
  while (at < text.size()) {
    offsets.push_back(at);
    at += static_cast<std::size_t>(ReadCodePoint(text.view().substr(at)).bytes);
  }
  offsets.push_back(at);
  return offsets;
}

std::vector<Value> ItemsOf(Run& run, const Value& value) {
  std::vector<Value> items;
  switch (value.type()) {
    case Type::kUndefined:
      break;
    case Type::kList:
      run.Make(value.list().items.size() * sizeof(Value));
      if (!run.failed()) items = value.list().items;
      break;
    case Type::kDict:
      for (const auto& [name, entry] : value.dict().entries) items.push_back(run.Made(name));
      break;
    case Type::kText: {
      const std::vector<std::size_t> offsets = CharactersOf(run, value.text());
      for (std::size_t i = 0; i + 1 < offsets.size() && !run.failed(); ++i) {
        run.Make(sizeof(Value));
        items.push_back(run.Made(value.text().Slice(offsets[i], offsets[i + 1])));
      }
      break;
    }
    default:
      run.Fail("expected a list, a dict or a text, found something else");
  }
  return items;
}

Value Calculate(Run& run, std::string_view mark, const Value& a, const Value& b) {
  if (mark == "~") {
    Text text = ToText(run, a);
    text.Append(ToText(run, b));
    return run.Made(std::move(text));
  }
  if (a.IsNumber() && b.IsNumber()) return CalculateNumbers(run, mark, a, b);
  const bool is_sequence = a.Is(Type::kText) || a.Is(Type::kList);
  if (mark == "+" && is_sequence && a.type() == b.type()) return Join(run, a, b);
  if (mark == "*" && is_sequence && b.Is(Type::kInt)) return Repeat(run, a, b.integer());
  return FailKind(run, mark);
}

bool IsLess(Run& run, const Value& a, const Value& b) {
  if (a.IsNumber() && b.IsNumber()) {
    if (a.Is(Type::kFloat) || b.Is(Type::kFloat)) return a.number() < b.number();
    return a.whole() < b.whole();
  }
  if (a.Is(Type::kText) && b.Is(Type::kText)) {
    run.Read(std::min(a.text().size(), b.text().size()));
    return a.text().view() < b.text().view();
  }
  if (a.Is(Type::kList) && b.Is(Type::kList)) {
    const auto& x = a.list().items;
    const auto& y = b.list().items;
    for (std::size_t i = 0; i < std::min(x.size(), y.size()) && !run.failed(); ++i) {
      if (!EqualCounted(run, x[i], y[i])) return IsLess(run, x[i], y[i]);
    }
    return x.size() < y.size();
  }
  FailKind(run, "<");
  return false;
}

bool Compare(Run& run, std::string_view mark, const Value& a, const Value& b) {
  if (mark == "==") return EqualCounted(run, a, b);
  if (mark == "!=") return !EqualCounted(run, a, b);
  if (mark == "in") return Contains(run, b, a);
  if (mark == "not in") return !Contains(run, b, a);
  if (mark == "<") return IsLess(run, a, b);
  if (mark == ">") return IsLess(run, b, a);
  const bool is_equal = EqualCounted(run, a, b);
  return (mark == "<=" ? IsLess(run, a, b) : IsLess(run, b, a)) || is_equal;
}

Value AttributeOf(Run& run, const Value& value, std::string_view name) {
  if (value.Is(Type::kUndefined)) {
    run.Fail("expected a value with " + std::string(name) + ", found an undefined one");
    return {};
  }
  if (IsMethod(value, name)) {
    run.Make(sizeof(Callable));
    return Value(std::make_shared<const Callable>(Callable{.name = name, .receiver = value}));
  }
  return ItemOf(run, value, Value(name));
}

Value ItemOf(Run& run, const Value& value, const Value& key) {
  if (value.Is(Type::kUndefined)) {
    run.Fail("expected a list or a dict, found an undefined value");
    return {};
  }
  if (key.Is(Type::kInt) || key.Is(Type::kBool)) return AtIndex(run, value, key.whole());
  if (!key.Is(Type::kText)) return {};
  const Value* found = nullptr;
  if (value.Is(Type::kDict)) {
    run.Read(value.dict().entries.size());
    found = value.dict().Find(key.text().view());
  } else if (value.Is(Type::kNamespace)) {
    run.Read(value.space().entries.size());
    found = value.space().Find(key.text().view());
  }
  return found == nullptr ? Value() : *found;
}

Value SliceOf(Run& run, const Value& value, const Value& first, const Value& end,
              const Value& step) {
  const auto from = Bound(run, first);
  const auto to = Bound(run, end);
  const std::int64_t by = Bound(run, step).value_or(1);
  if (by == 0) run.Fail("expected a slice's step that is not 0");
  if (run.failed()) return {};
  if (value.Is(Type::kList)) {
    const auto& items = value.list().items;
    run.Make(items.size() * sizeof(std::size_t));
    std::vector<Value> picked;
    for (const std::size_t index : Picked(std::ssize(items), from, to, by)) {
      picked.push_back(items[index]);
    }
    return run.MadeList(std::move(picked));
  }
  if (value.Is(Type::kText)) {
    const std::vector<std::size_t> offsets = CharactersOf(run, value.text());
    Text picked;
    for (const std::size_t index : Picked(std::ssize(offsets) - 1, from, to, by)) {
      picked.AppendSlice(value.text(), offsets[index], offsets[index + 1]);
    }
    return run.Made(std::move(picked));
  }
  return FailKind(run, "[:]");
}

Value PathOf(Run& run, Value value, const Value& path) {
  if (!path.Is(Type::kText)) return ItemOf(run, value, path);
  std::string_view rest = path.text().view();
  while (!run.failed()) {
    const std::size_t dot = rest.find('.');
    const std::string_view name = rest.substr(0, dot);
    const bool is_index =
        !name.empty() && name.size() < 10 && name.find_first_not_of("0123456789") == name.npos;
    value = is_index ? ItemOf(run, value, Value(std::int64_t{std::stoi(std::string(name))}))
                     : ItemOf(run, value, Value(name));
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  return value;
}

std::int64_t LengthOf(Run& run, const Value& value) {
  switch (value.type()) {
    case Type::kUndefined:
      return 0;
    case Type::kList:
      return std::ssize(value.list().items);
    case Type::kDict:
      return std::ssize(value.dict().entries);
    case Type::kText:
      return std::ssize(CharactersOf(run, value.text())) - 1;
    default:
      run.Fail("expected something that has a length");
      return 0;
  }
}

}  // namespace edgevlm::jinja
