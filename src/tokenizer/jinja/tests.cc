#include <algorithm>

#include "base/ascii.h"
#include "tokenizer/jinja/filters.h"
#include "tokenizer/jinja/methods.h"
#include "tokenizer/jinja/operations.h"

namespace edgevlm::jinja {
namespace {

using Test = bool (*)(Run&, const Value&, const Arguments&);
struct NamedTest {
  std::string_view name;
  Test holds;
};

template <Type kType>
bool Is(Run&, const Value& value, const Arguments&) {
  return value.Is(kType);
}

bool IsSequence(Run&, const Value& value, const Arguments&) {
  return value.Is(Type::kText) || value.Is(Type::kList) || value.Is(Type::kDict);
}

bool IsIterable(Run& run, const Value& value, const Arguments& arguments) {
  return value.Is(Type::kUndefined) || IsSequence(run, value, arguments);
}

std::int64_t WholeOf(Run& run, const Value& value) {
  if (value.Is(Type::kInt) || value.Is(Type::kBool)) return value.whole();
  run.Fail("expected a whole number");
  return 1;
}

template <char kFirst, char kSecond>
bool Compares(Run& run, const Value& value, const Arguments& arguments) {
  constexpr char kMark[] = {kFirst, kSecond, '\0'};
  return Compare(run, kMark, value, arguments.At(0));
}

constexpr NamedTest kTests[] = {
    {"defined",
     [](Run&, const Value& value, const Arguments&) { return !value.Is(Type::kUndefined); }},
    {"undefined", Is<Type::kUndefined>},
    {"none", Is<Type::kNone>},
    {"string", Is<Type::kText>},
    {"mapping", Is<Type::kDict>},
    {"boolean", Is<Type::kBool>},
    {"integer", Is<Type::kInt>},
    {"float", Is<Type::kFloat>},
    {"callable", Is<Type::kCallable>},
    {"number", [](Run&, const Value& value, const Arguments&) { return value.IsNumber(); }},
    {"sequence", IsSequence},
    {"iterable", IsIterable},
    {"true", [](Run&, const Value& value,
                const Arguments&) { return value.Is(Type::kBool) && value.boolean(); }},
    {"false", [](Run&, const Value& value,
                 const Arguments&) { return value.Is(Type::kBool) && !value.boolean(); }},
    {"eq", Compares<'=', '='>},
    {"equalto", Compares<'=', '='>},
    {"sameas", Compares<'=', '='>},
    {"ne", Compares<'!', '='>},
    {"lt", Compares<'<', '\0'>},
    {"lessthan", Compares<'<', '\0'>},
    {"le", Compares<'<', '='>},
    {"gt", Compares<'>', '\0'>},
    {"greaterthan", Compares<'>', '\0'>},
    {"ge", Compares<'>', '='>},
    {"in", Compares<'i', 'n'>},
    {"even",
     [](Run& run, const Value& value, const Arguments&) { return WholeOf(run, value) % 2 == 0; }},
    {"odd",
     [](Run& run, const Value& value, const Arguments&) { return WholeOf(run, value) % 2 != 0; }},
    {"divisibleby",
     [](Run& run, const Value& value, const Arguments& arguments) {
       const std::int64_t by = WholeOf(run, arguments.At(0));
       if (by == 0) run.Fail("expected a divisor that is not 0");
       return by != 0 && by != -1 && WholeOf(run, value) % by == 0;
     }},
    {"lower",
     [](Run&, const Value& value, const Arguments&) {
       return value.Is(Type::kText) && Lower(value.text()).view() == value.text().view();
     }},
    {"upper",
     [](Run&, const Value& value, const Arguments&) {
       return value.Is(Type::kText) && Upper(value.text()).view() == value.text().view();
     }},
};

}  // namespace

bool ApplyTest(Run& run, std::string_view name, const Value& value, const Arguments& arguments) {
  const auto* test = std::ranges::find(kTests, name, &NamedTest::name);
  if (test != std::end(kTests)) return test->holds(run, value, arguments);
  run.Fail(ErrorCode::kUnsupported, "unknown test '" + std::string(name) + "'");
  return false;
}

}  // namespace edgevlm::jinja
