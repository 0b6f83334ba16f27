// How the Evaluator computes expressions.
#include <algorithm>
#include <array>
#include <ctime>
#include <string>
#include <utility>

#include "tokenizer/jinja/evaluator.h"
#include "tokenizer/jinja/filters.h"
#include "tokenizer/jinja/methods.h"
#include "tokenizer/jinja/operations.h"
#include "tokenizer/jinja/write_value.h"

namespace edgevlm::jinja {
namespace {

constexpr std::int64_t kMaxRange = 100'000;  // as in Jinja's sandbox

// Values that other values may have as a part.
bool IsPart(Run& run, const Value& value) {
  if (!value.Is(Type::kNamespace)) return true;
  run.Fail("expected no namespace in a list or a dict");
  return false;
}

}  // namespace

Value Evaluator::Evaluate(const Expression& expression) {
  run_.Step();
  if (run_.failed()) return {};
  const std::vector<Expression>& parts = expression.parts;
  switch (expression.kind) {
    case Expression::Kind::kConstant:
      return expression.value;
    case Expression::Kind::kName:
      return Find(expression.name);
    case Expression::Kind::kList: {
      std::vector<Value> items;
      for (const Expression& part : parts) {
        items.push_back(Evaluate(part));
        if (!IsPart(run_, items.back())) return {};
      }
      return run_.MadeList(std::move(items));
    }
    case Expression::Kind::kDict:
      return EvaluateDict(expression);
    case Expression::Kind::kAttribute: {
      const Value subject = Evaluate(parts[0]);
      return run_.failed() ? Value() : AttributeOf(run_, subject, expression.name);
    }
    case Expression::Kind::kItem: {
      const Value subject = Evaluate(parts[0]);
      const Value key = Evaluate(parts[1]);
      return run_.failed() ? Value() : ItemOf(run_, subject, key);
    }
    case Expression::Kind::kSlice: {
      std::array<Value, 4> values;
      std::ranges::transform(parts, values.begin(),
                             [this](const Expression& part) { return Evaluate(part); });
      return run_.failed() ? Value() : SliceOf(run_, values[0], values[1], values[2], values[3]);
    }
    case Expression::Kind::kCall:
      return EvaluateCall(expression);
    case Expression::Kind::kFilter: {
      const Value subject = Evaluate(parts[0]);
      const Arguments arguments = EvaluateArguments(expression);
      return run_.failed() ? Value() : ApplyFilter(run_, expression.name, subject, arguments);
    }
    case Expression::Kind::kTest: {
      const Value subject = Evaluate(parts[0]);
      const Arguments arguments = EvaluateArguments(expression);
      return Value(!run_.failed() && ApplyTest(run_, expression.name, subject, arguments));
    }
    case Expression::Kind::kUnary:
      return EvaluateUnary(expression);
    case Expression::Kind::kBinary:
      return EvaluateBinary(expression);
    case Expression::Kind::kCompare:
      return EvaluateCompare(expression);
    case Expression::Kind::kChoice:
      return Evaluate(Evaluate(parts[1]).IsTrue() ? parts[0] : parts[2]);
  }
  return {};
}

Value Evaluator::EvaluateUnary(const Expression& expression) {
  const Value value = Evaluate(expression.parts[0]);
  if (run_.failed()) return {};
  if (expression.name == "not") return Value(!value.IsTrue());
  return Calculate(run_, expression.name, Value(std::int64_t{0}), value);
}

Value Evaluator::EvaluateBinary(const Expression& expression) {
  const Value left = Evaluate(expression.parts[0]);
  if (run_.failed()) return {};
  if (expression.name == "and" && !left.IsTrue()) return left;
  if (expression.name == "or" && left.IsTrue()) return left;
  const Value right = Evaluate(expression.parts[1]);
  if (expression.name == "and" || expression.name == "or" || run_.failed()) return right;
  return Calculate(run_, expression.name, left, right);
}

Value Evaluator::EvaluateCompare(const Expression& expression) {
  Value left = Evaluate(expression.parts[0]);
  for (std::size_t i = 0; i < expression.operators.size() && !run_.failed(); ++i) {
    Value right = Evaluate(expression.parts[i + 1]);
    if (run_.failed() || !Compare(run_, expression.operators[i], left, right)) return Value(false);
    left = std::move(right);
  }
  return Value(!run_.failed());
}

Value Evaluator::EvaluateDict(const Expression& expression) {
  std::vector<std::pair<Text, Value>> entries;
  for (std::size_t i = 0; i + 1 < expression.parts.size() && !run_.failed(); i += 2) {
    const Value name = Evaluate(expression.parts[i]);
    Value value = Evaluate(expression.parts[i + 1]);
    if (run_.failed() || !IsPart(run_, value)) return {};
    if (!name.Is(Type::kText)) {
      run_.Fail("expected texts as the names of a dict");
      return {};
    }
    run_.Read(entries.size());
    const auto same = std::ranges::find_if(
        entries, [&](const auto& entry) { return entry.first.view() == name.text().view(); });
    if (same != entries.end()) {
      same->second = std::move(value);
    } else {
      entries.emplace_back(name.text(), std::move(value));
    }
  }
  return run_.MadeDict(std::move(entries));
}

Arguments Evaluator::EvaluateArguments(const Expression& expression) {
  Arguments arguments;
  for (std::size_t i = 1; i < expression.parts.size(); ++i) {
    arguments.positional.push_back(Evaluate(expression.parts[i]));
  }
  for (const auto& [name, argument] : expression.named) {
    arguments.named.emplace_back(name, Evaluate(argument));
  }
  return arguments;
}

Value Evaluator::EvaluateCall(const Expression& expression) {
  const Value called = Evaluate(expression.parts[0]);
  const Arguments arguments = EvaluateArguments(expression);
  if (run_.failed()) return {};
  if (!called.Is(Type::kCallable)) {
    run_.Fail("expected a function" +
              (expression.parts[0].name.empty() ? "" : " as " + expression.parts[0].name));
    return {};
  }
  const Callable& callable = called.callable();
  if (callable.macro != nullptr) return CallMacro(*callable.macro, arguments);
  if (callable.receiver.Is(Type::kUndefined)) return CallFunction(callable.name, arguments);
  return CallMethod(run_, callable.receiver, callable.name, arguments);
}

Value Evaluator::CallFunction(std::string_view name, const Arguments& arguments) {
  if (name == "range") return Range(arguments);
  if (name == "strftime_now") return Now(arguments);
  if (name == "raise_exception") {
    std::string message(ToText(run_, arguments.At(0)).view());
    std::ranges::replace(message, '\n', ' ');
    run_.Fail(message.empty() ? "the template rejects this conversation" : message);
    return {};
  }
  std::vector<std::pair<Text, Value>> entries;
  for (const auto& [key, value] : arguments.named) {
    if (!IsPart(run_, value)) return {};
    entries.emplace_back(Text(std::string_view(key)), value);
  }
  if (name == "dict") return run_.MadeDict(std::move(entries));
  run_.Make(entries.size() * sizeof(entries[0]) + sizeof(Namespace));
  if (run_.failed()) return {};
  return Value(std::make_shared<Namespace>(Namespace{{std::move(entries)}}));
}

Value Evaluator::Range(const Arguments& arguments) {
  std::array<std::int64_t, 3> bounds = {0, 0, 1};
  const std::size_t count = arguments.positional.size();
  for (std::size_t i = 0; i < count && i < 3; ++i) {
    const Value& value = arguments.positional[i];
    if (!value.Is(Type::kInt)) run_.Fail("expected whole numbers in range");
    if (run_.failed()) return {};
    bounds[count == 1 ? 1 : i] = value.integer();
  }
  const auto [first, end, step] = bounds;
  if (count < 1 || count > 3 || step == 0) {
    run_.Fail("expected 1 to 3 numbers in range, and a step that is not 0");
  }
  std::vector<Value> numbers;
  std::int64_t number = first;
  while ((step > 0 ? number < end : number > end) && !run_.failed()) {
    if (std::ssize(numbers) == kMaxRange) {
      run_.Fail(ErrorCode::kTooLarge,
                "expected a range of at most " + std::to_string(kMaxRange) + " numbers");
    }
    numbers.emplace_back(number);
    if (__builtin_add_overflow(number, step, &number)) break;
  }
  return run_.MadeList(std::move(numbers));
}

Value Evaluator::Now(const Arguments& arguments) {
  const Value format = arguments.At(0, "format");
  if (!format.Is(Type::kText) || format.text().size() > 256) {
    run_.Fail("expected a format of at most 256 bytes in strftime_now");
    return {};
  }
  std::tm local = {};
  localtime_r(&now_, &local);
  char buffer[1024];
  const std::string text(format.text().view());
  const std::size_t size = std::strftime(buffer, sizeof(buffer), text.c_str(), &local);
  return run_.Made(Text(std::string_view(buffer, size)));
}

}  // namespace edgevlm::jinja
