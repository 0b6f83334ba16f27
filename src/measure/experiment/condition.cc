#include "measure/experiment/condition.h"

namespace edgevlm {

std::string ConditionText(const Condition& condition) {
  std::string text;
  for (const auto& [variable, value] : condition) {
    if (!text.empty()) text += " ";
    text.append(variable).append("=").append(value);
  }
  return text.empty() ? "-" : text;
}

const std::string* FindValue(const Condition& condition, std::string_view variable) {
  for (const auto& [name, value] : condition) {
    if (name == variable) return &value;
  }
  return nullptr;
}

Condition WithoutVariable(const Condition& condition, std::string_view variable) {
  Condition others;
  for (const auto& entry : condition) {
    if (entry.first != variable) others.push_back(entry);
  }
  return others;
}

}  // namespace edgevlm
