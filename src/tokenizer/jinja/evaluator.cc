#include "tokenizer/jinja/evaluator.h"

#include <algorithm>

#include "tokenizer/jinja/filters.h"
#include "tokenizer/jinja/operations.h"
#include "tokenizer/jinja/write_value.h"

namespace edgevlm::jinja {
namespace {

// The variable `loop` in one round.
Value LoopValue(Run& run, const std::vector<Value>& items, std::size_t index) {
  const auto at = static_cast<std::int64_t>(index);
  const std::int64_t length = std::ssize(items);
  std::vector<std::pair<Text, Value>> entries;
  const auto add = [&](const char* name, Value value) {
    entries.emplace_back(Text(std::string_view(name)), std::move(value));
  };
  add("index", Value(at + 1));
  add("index0", Value(at));
  add("first", Value(index == 0));
  add("last", Value(at + 1 == length));
  add("length", Value(length));
  add("revindex", Value(length - at));
  add("revindex0", Value(length - at - 1));
  if (index > 0) add("previtem", items[index - 1]);
  if (at + 1 < length) add("nextitem", items[index + 1]);
  return run.MadeDict(std::move(entries));
}

}  // namespace

Evaluator::Evaluator(Run& run, const Variables& variables, std::time_t now)
    : run_(run), now_(now), scopes_(1, variables) {
  for (const char* function : {"range", "namespace", "dict", "raise_exception", "strftime_now"}) {
    if (now == 0 && function == std::string_view("strftime_now")) continue;
    scopes_[0].emplace_back(function,
                            Value(std::make_shared<const Callable>(Callable{.name = function})));
  }
}

Text Evaluator::Write(const std::vector<Statement>& statements) {
  outputs_.emplace_back();
  Execute(statements);
  Text text = std::move(outputs_.back());
  outputs_.pop_back();
  return text;
}

void Evaluator::Output(const Text& text) {
  run_.Write(text.size());
  if (!run_.failed()) outputs_.back().Append(text);
}

Evaluator::Flow Evaluator::Execute(const std::vector<Statement>& statements) {
  for (const Statement& statement : statements) {
    run_.Step();
    if (run_.failed()) return Flow::kBreak;
    run_.set_line(statement.line);
    const Flow flow = ExecuteOne(statement);
    if (flow != Flow::kOn) return flow;
  }
  return Flow::kOn;
}

Evaluator::Flow Evaluator::ExecuteOne(const Statement& statement) {
  switch (statement.kind) {
    case Statement::Kind::kText:
      Output(statement.value.text());
      break;
    case Statement::Kind::kOutput:
      Output(ToText(run_, Evaluate(statement.expression)));
      break;
    case Statement::Kind::kIf:
      return ExecuteIf(statement);
    case Statement::Kind::kFor:
      return ExecuteFor(statement);
    case Statement::Kind::kSet:
      ExecuteSet(statement);
      break;
    case Statement::Kind::kSetBlock:
      Set(statement.names[0], Filtered(statement));
      break;
    case Statement::Kind::kFilter:
      Output(ToText(run_, Filtered(statement)));
      break;
    case Statement::Kind::kMacro:
      Set(statement.name,
          Value(std::make_shared<const Callable>(Callable{.name = {}, .macro = &statement})));
      break;
    case Statement::Kind::kGroup:
      return Execute(statement.body);
    case Statement::Kind::kBreak:
      return Flow::kBreak;
    case Statement::Kind::kContinue:
      return Flow::kContinue;
  }
  return Flow::kOn;
}

Evaluator::Flow Evaluator::ExecuteIf(const Statement& statement) {
  for (const Statement::Branch& branch : statement.branches) {
    const bool holds = branch.condition.empty() || Evaluate(branch.condition[0]).IsTrue();
    if (run_.failed()) break;
    if (holds) return Execute(branch.body);
  }
  return Flow::kOn;
}

std::vector<Value> Evaluator::LoopItems(const Statement& statement) {
  std::vector<Value> items = ItemsOf(run_, Evaluate(statement.expression));
  if (statement.condition.empty()) return items;
  std::vector<Value> kept;
  scopes_.emplace_back();
  for (const Value& item : items) {
    run_.Step();
    if (run_.failed()) break;
    Assign(statement.names, item);
    if (Evaluate(statement.condition[0]).IsTrue()) kept.push_back(item);
  }
  scopes_.pop_back();
  return kept;
}

Evaluator::Flow Evaluator::ExecuteFor(const Statement& statement) {
  const std::vector<Value> items = LoopItems(statement);
  for (std::size_t i = 0; i < items.size() && !run_.failed(); ++i) {
    run_.Step();
    scopes_.emplace_back();
    Assign(statement.names, items[i]);
    Set("loop", LoopValue(run_, items, i));
    const Flow flow = Execute(statement.body);
    scopes_.pop_back();
    if (flow == Flow::kBreak) break;
  }
  if (!items.empty()) return Flow::kOn;
  scopes_.emplace_back();
  const Flow flow = Execute(statement.orelse);
  scopes_.pop_back();
  return flow;
}

Value Evaluator::Filtered(const Statement& statement) {
  scopes_.emplace_back();
  Value written = run_.Made(Write(statement.body));
  Set({}, std::move(written));
  Value filtered = Evaluate(statement.expression);
  scopes_.pop_back();
  return filtered;
}

void Evaluator::Assign(const std::vector<std::string>& names, const Value& value) {
  if (names.size() == 1) return Set(names[0], value);
  const std::vector<Value> items = ItemsOf(run_, value);
  if (items.size() != names.size()) {
    return run_.Fail("expected " + std::to_string(names.size()) + " values, found " +
                     std::to_string(items.size()));
  }
  for (std::size_t i = 0; i < names.size(); ++i) Set(names[i], items[i]);
}

void Evaluator::ExecuteSet(const Statement& statement) {
  const Value value = Evaluate(statement.expression);
  if (run_.failed()) return;
  if (statement.name.empty()) return Assign(statement.names, value);
  SetMember(statement.names[0], statement.name, value);
}

void Evaluator::SetMember(const std::string& space, const std::string& name, const Value& value) {
  const Value target = Find(space);
  // Nothing that can contain itself.
  if (!target.Is(Type::kNamespace) || value.Is(Type::kNamespace)) {
    return run_.Fail("expected a namespace as " + space + ", and no other one in it");
  }
  auto& entries = target.space().entries;
  run_.Read(entries.size());
  for (auto& [key, entry] : entries) {
    if (key.view() != name) continue;
    entry = value;
    return;
  }
  run_.Make(name.size() + sizeof(Text) + sizeof(Value));
  if (!run_.failed()) entries.emplace_back(Text(std::string_view(name)), value);
}

Value Evaluator::Find(std::string_view name) const {
  const auto find_in = [&](const Scope& scope) -> const Value* {
    for (auto entry = scope.rbegin(); entry != scope.rend(); ++entry) {
      if (entry->first == name) return &entry->second;
    }
    return nullptr;
  };
  for (std::size_t i = scopes_.size(); i > visible_; --i) {
    if (const Value* value = find_in(scopes_[i - 1])) return *value;
  }
  const Value* value = find_in(scopes_[0]);
  return value == nullptr ? Value() : *value;
}

void Evaluator::Set(std::string name, Value value) {
  Scope& scope = scopes_.back();
  run_.Read(scope.size());
  for (auto& [given, entry] : scope) {
    if (given != name) continue;
    entry = std::move(value);
    return;
  }
  run_.Make(name.size() + sizeof(scope[0]));
  scope.emplace_back(std::move(name), std::move(value));
}

Value Evaluator::CallMacro(const Statement& macro, const Arguments& arguments) {
  if (++macro_depth_ > kMaxMacroDepth) {
    run_.Fail(ErrorCode::kTooLarge, "expected at most " + std::to_string(kMaxMacroDepth) +
                                        " macros that call each other");
  }
  Scope scope;
  for (std::size_t i = 0; i < macro.parameters.size() && !run_.failed(); ++i) {
    const auto& [name, usual] = macro.parameters[i];
    const bool is_given = i < arguments.positional.size() || arguments.HasNamed(name);
    Value value = arguments.At(i, name);
    if (!is_given && !usual.empty()) value = Evaluate(usual[0]);
    scope.emplace_back(name, std::move(value));
  }
  if (run_.failed()) return {};
  const std::size_t visible = std::exchange(visible_, scopes_.size());
  scopes_.push_back(std::move(scope));
  Value written = run_.Made(Write(macro.body));
  scopes_.pop_back();
  visible_ = visible;
  --macro_depth_;
  return written;
}

}  // namespace edgevlm::jinja
