// Value: what the expressions of a template program compute.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tokenizer/jinja/text.h"

namespace edgevlm::jinja {

struct List;
struct Dict;
struct Namespace;
struct Callable;

// In the order of Value's alternatives.
enum class Type {
  kUndefined,
  kNone,
  kBool,
  kInt,
  kFloat,
  kText,
  kList,
  kDict,
  kNamespace,
  kCallable
};

// Containers are shared and do not change, so copies are cheap and nothing contains itself.
class Value {
 public:
  struct None {};

  Value() = default;  // undefined
  explicit Value(None) : data_(None()) {}
  explicit Value(bool value) : data_(value) {}
  explicit Value(std::int64_t value) : data_(value) {}
  explicit Value(double value) : data_(value) {}
  explicit Value(Text text) : data_(std::make_shared<const Text>(std::move(text))) {}
  explicit Value(std::string_view text, int source = kProgram) : Value(Text(text, source)) {}
  explicit Value(const char* text) : Value(std::string_view(text)) {}
  explicit Value(std::shared_ptr<const List> list) : data_(std::move(list)) {}
  explicit Value(std::shared_ptr<const Dict> dict) : data_(std::move(dict)) {}
  explicit Value(std::shared_ptr<Namespace> space) : data_(std::move(space)) {}
  explicit Value(std::shared_ptr<const Callable> callable) : data_(std::move(callable)) {}

  static Value OfList(std::vector<Value> items);
  static Value OfDict(std::vector<std::pair<Text, Value>> entries);

  Type type() const { return static_cast<Type>(data_.index()); }
  bool Is(Type type) const { return this->type() == type; }
  bool IsNumber() const { return Is(Type::kInt) || Is(Type::kFloat) || Is(Type::kBool); }
  bool IsText(std::string_view text) const {
    return Is(Type::kText) && this->text().view() == text;
  }

  // REQUIRES: it has this type.
  bool boolean() const { return std::get<bool>(data_); }
  std::int64_t integer() const { return std::get<std::int64_t>(data_); }
  const Text& text() const { return *std::get<std::shared_ptr<const Text>>(data_); }
  const List& list() const { return *std::get<std::shared_ptr<const List>>(data_); }
  const Dict& dict() const { return *std::get<std::shared_ptr<const Dict>>(data_); }
  Namespace& space() const { return *std::get<std::shared_ptr<Namespace>>(data_); }
  const Callable& callable() const { return *std::get<std::shared_ptr<const Callable>>(data_); }
  // REQUIRES: IsNumber(). Of truth values: 0 or 1.
  double number() const;
  std::int64_t whole() const;  // REQUIRES: also not kFloat

  // Containers in containers: 0 for all else.
  int depth() const;

  // Whether `if` takes it for true.
  bool IsTrue() const;

 private:
  std::variant<std::monostate, None, bool, std::int64_t, double, std::shared_ptr<const Text>,
               std::shared_ptr<const List>, std::shared_ptr<const Dict>, std::shared_ptr<Namespace>,
               std::shared_ptr<const Callable>>
      data_;
};

struct List {
  std::vector<Value> items;
  int depth = 1;
};

// In order of insertion. Names are found by linear search: dicts of templates are small.
struct Entries {
  std::vector<std::pair<Text, Value>> entries;

  // Null if there is none.
  const Value* Find(std::string_view name) const;
};

struct Dict : Entries {
  int depth = 1;
};

// The only values that change: {% set ns.name = ... %}. Cannot be a part of other values.
struct Namespace : Entries {};

struct Statement;

struct Callable {
  std::string_view name;             // of a function or a method
  Value receiver = {};               // of a method; else undefined
  const Statement* macro = nullptr;  // or null
};

// Whether they are equal as Python compares them. Of texts, the bytes count.
bool Equal(const Value& a, const Value& b);

}  // namespace edgevlm::jinja
