#include "tokenizer/jinja/value.h"

#include <algorithm>
#include <string>

namespace edgevlm::jinja {
namespace {

bool EqualDicts(const Dict& a, const Dict& b) {
  return a.entries.size() == b.entries.size() &&
         std::ranges::all_of(a.entries, [&](const std::pair<Text, Value>& entry) {
           const Value* other = b.Find(entry.first.view());
           return other != nullptr && Equal(entry.second, *other);
         });
}

}  // namespace

Value Value::OfList(std::vector<Value> items) {
  int depth = 0;
  for (const Value& item : items) depth = std::max(depth, item.depth());
  return Value(std::make_shared<const List>(List{.items = std::move(items), .depth = depth + 1}));
}

Value Value::OfDict(std::vector<std::pair<Text, Value>> entries) {
  int depth = 0;
  for (const auto& [name, value] : entries) depth = std::max(depth, value.depth());
  return Value(std::make_shared<const Dict>(Dict{{std::move(entries)}, depth + 1}));
}

double Value::number() const {
  return Is(Type::kFloat) ? std::get<double>(data_) : static_cast<double>(whole());
}

std::int64_t Value::whole() const {
  if (Is(Type::kBool)) return boolean() ? 1 : 0;
  return integer();
}

int Value::depth() const {
  if (Is(Type::kList)) return list().depth;
  return Is(Type::kDict) ? dict().depth : 0;
}

bool Value::IsTrue() const {
  switch (type()) {
    case Type::kUndefined:
    case Type::kNone:
      return false;
    case Type::kBool:
    case Type::kInt:
    case Type::kFloat:
      return number() != 0;
    case Type::kText:
      return !text().empty();
    case Type::kList:
      return !list().items.empty();
    case Type::kDict:
      return !dict().entries.empty();
    case Type::kNamespace:
    case Type::kCallable:
      break;
  }
  return true;
}

const Value* Entries::Find(std::string_view name) const {
  for (const auto& [key, value] : entries) {
    if (key.view() == name) return &value;
  }
  return nullptr;
}

bool Equal(const Value& a, const Value& b) {
  if (a.IsNumber() && b.IsNumber()) {
    if (a.Is(Type::kFloat) || b.Is(Type::kFloat)) return a.number() == b.number();
    return a.whole() == b.whole();
  }
  if (a.type() != b.type()) return false;
  switch (a.type()) {
    case Type::kText:
      return a.text().view() == b.text().view();
    case Type::kList:
      return std::ranges::equal(a.list().items, b.list().items, Equal);
    case Type::kDict:
      return EqualDicts(a.dict(), b.dict());
    case Type::kNamespace:
      return &a.space() == &b.space();
    case Type::kCallable:
      return &a.callable() == &b.callable();
    default:
      return true;  // undefined, none
  }
}

}  // namespace edgevlm::jinja
