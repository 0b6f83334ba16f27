// Condition: one combination of the values that an experiment varies.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edgevlm {

// Variables with their values, in the order of the spec.
using Condition = std::vector<std::pair<std::string, std::string>>;

// "image_side=448 cache=f16"; "-" for one without variables.
std::string ConditionText(const Condition& condition);

// Null: it does not have the variable.
const std::string* FindValue(const Condition& condition, std::string_view variable);

// Without one variable: conditions that are equal then differ in that one only.
Condition WithoutVariable(const Condition& condition, std::string_view variable);

}  // namespace edgevlm
