// Evaluator: runs the statements of a template program.
#pragma once

#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizer/jinja/program.h"
#include "tokenizer/jinja/syntax.h"

namespace edgevlm::jinja {

// Of one run. The statements must outlive it.
class Evaluator {
 public:
  Evaluator(Run& run, const Variables& variables, std::time_t now);

  // What the statements write.
  Text Write(const std::vector<Statement>& statements);

 private:
  using Scope = std::vector<std::pair<std::string, Value>>;
  enum class Flow { kOn, kBreak, kContinue };

  Flow Execute(const std::vector<Statement>& statements);
  Flow ExecuteOne(const Statement& statement);
  Flow ExecuteIf(const Statement& statement);
  Flow ExecuteFor(const Statement& statement);
  void ExecuteSet(const Statement& statement);
  // What a body writes, through the filters of the statement's expression.
  Value Filtered(const Statement& statement);
  // The items that a loop runs through: all for which its condition holds.
  std::vector<Value> LoopItems(const Statement& statement);
  void Output(const Text& text);
  void Assign(const std::vector<std::string>& names, const Value& value);
  void SetMember(const std::string& space, const std::string& name, const Value& value);

  Value Evaluate(const Expression& expression);
  Value EvaluateUnary(const Expression& expression);
  Value EvaluateBinary(const Expression& expression);
  Value EvaluateCompare(const Expression& expression);
  Value EvaluateDict(const Expression& expression);
  Value EvaluateCall(const Expression& expression);
  Arguments EvaluateArguments(const Expression& expression);
  Value CallMacro(const Statement& macro, const Arguments& arguments);
  Value CallFunction(std::string_view name, const Arguments& arguments);
  Value Range(const Arguments& arguments);
  Value Now(const Arguments& arguments);

  Value Find(std::string_view name) const;
  void Set(std::string name, Value value);

  Run& run_;
  const std::time_t now_;
  std::vector<Scope> scopes_;  // the first has the program's own variables
  std::size_t visible_ = 1;    // scopes from here on, and the first, are visible
  std::vector<Text> outputs_;  // innermost last
  int macro_depth_ = 0;
};

}  // namespace edgevlm::jinja
