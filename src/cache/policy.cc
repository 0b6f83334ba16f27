#include "cache/policy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <vector>

#include "base/check.h"
#include "cache/policies/all.h"

namespace edgevlm {
namespace {

constexpr std::array kPolicies = {&kHalfPolicy,    &kInt8Policy,   &kKiviPolicy,
                                  &kGearPolicy,    &kH2oPolicy,    &kSnapKvPolicy,
                                  &kPyramidPolicy, &kThirdsPolicy, &kWindowPolicy};

Error Invalid(const std::string& where, const std::string& expected, std::string_view found) {
  return {ErrorCode::kInvalid, "cache: " + where + ": expected " + expected + ", found " +
                                   (found.empty() ? "nothing" : std::string(found))};
}

// False unless all of the text is a number.
template <class Number>
bool ReadNumber(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

// Without trailing zeros.
std::string NumberText(double number) {
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  return {text.data(), end};
}

std::string Form(const CachePolicy& policy) {
  std::string form(policy.name);
  if (policy.argument == CacheArgument::kRatio) form += ":RATIO";
  if (policy.argument == CacheArgument::kTokens) form += ":TOKENS";
  return form;
}

std::string AllForms() {
  std::string forms;
  for (const CachePolicy* policy : kPolicies) {
    if (!forms.empty()) forms += ", ";
    forms += Form(*policy);
  }
  return forms;
}

constexpr const char* kRatioRange = "a ratio above 0, at most 1";
constexpr const char* kTokensRange = "tokens, at least 1";

}  // namespace

std::span<const CachePolicy* const> CachePolicies() { return kPolicies; }

const CachePolicy* FindCachePolicy(std::string_view name) {
  const auto found = std::ranges::find(kPolicies, name, &CachePolicy::name);
  return found == kPolicies.end() ? nullptr : *found;
}

const CachePolicy& PolicyOf(const LayerShape& shape) {
  const CachePolicy* policy = FindCachePolicy(shape.options.policy);
  CHECK(policy != nullptr);
  return shape.window > 0 && policy->evicts ? kHalfPolicy : *policy;
}

std::vector<std::string> CachePolicyForms() {
  std::vector<std::string> forms;
  for (const CachePolicy* policy : kPolicies) forms.push_back(Form(*policy));
  return forms;
}

Result<CacheOptions> ParseCacheOptions(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const CachePolicy* policy = FindCachePolicy(name);
  if (policy == nullptr) return Invalid("policy", "one of " + AllForms(), name);
  CacheOptions options = {.policy = std::string(name)};
  const bool has_argument = colon != std::string_view::npos;
  const std::string_view argument = has_argument ? text.substr(colon + 1) : std::string_view();
  switch (policy->argument) {
    case CacheArgument::kNone:
      if (has_argument) return Invalid(options.policy, "no argument", argument);
      break;
    case CacheArgument::kRatio:
      if (!ReadNumber(argument, options.ratio)) {
        return Invalid(Form(*policy), kRatioRange, argument);
      }
      break;
    case CacheArgument::kTokens:
      if (!ReadNumber(argument, options.tokens)) {
        return Invalid(Form(*policy), kTokensRange, argument);
      }
      break;
  }
  if (auto error = Validate(options)) return *error;
  return options;
}

// The conditions are written so that NaN fails them.
MaybeError Validate(const CacheOptions& options) {
  const CachePolicy* policy = FindCachePolicy(options.policy);
  if (policy == nullptr) return Invalid("policy", "one of " + AllForms(), options.policy);
  if (policy->argument == CacheArgument::kRatio && !(options.ratio > 0 && options.ratio <= 1)) {
    return Invalid(Form(*policy), kRatioRange, NumberText(options.ratio));
  }
  if (policy->argument == CacheArgument::kTokens && options.tokens < 1) {
    return Invalid(Form(*policy), kTokensRange, std::to_string(options.tokens));
  }
  return std::nullopt;
}

std::string CacheText(const CacheOptions& options) {
  const CachePolicy* policy = FindCachePolicy(options.policy);
  if (policy != nullptr && policy->argument == CacheArgument::kRatio) {
    return options.policy + ":" + NumberText(options.ratio);
  }
  if (policy != nullptr && policy->argument == CacheArgument::kTokens) {
    return options.policy + ":" + std::to_string(options.tokens);
  }
  return options.policy;
}

}  // namespace edgevlm
