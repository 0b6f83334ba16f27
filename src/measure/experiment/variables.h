// Variable: what the spec of an experiment can vary or fix. Adding one means one function and one
// line in the table of variables.cc.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "measure/experiment/condition.h"
#include "measure/experiment/setup.h"

namespace edgevlm {

struct Variable {
  std::string_view name;
  bool changes_engine;  // else it changes requests only
  std::string_view help;
  // Errors: kInvalid, which say what was expected and what was found.
  MaybeError (*apply)(const std::string& value, Setup& setup);
};

std::span<const Variable> Variables();

// Errors: kInvalid, lists the names.
Result<const Variable*> FindVariable(std::string_view name);

// Changes the setup as the condition says. Errors: kInvalid, names the variable.
MaybeError Apply(const Condition& condition, Setup& setup);

// The part of a condition that chooses the engine.
Condition EngineCondition(const Condition& condition);

}  // namespace edgevlm
