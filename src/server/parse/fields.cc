#include "server/parse/fields.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <sstream>
#include <utility>

namespace edgevlm {
namespace {

// How much of a value sent by the client error messages quote.
constexpr std::size_t kShownBytes = 40;

std::string Shown(const Json& value) {
  if (value.is_structured()) return value.is_array() ? "a list" : "an object";
  const std::string text = ToText(value);
  return text.size() <= kShownBytes ? text : "a longer text";
}

// The value of an integer, 5.0 included; nothing for others and for what does not fit 64 bits.
std::optional<std::int64_t> WholeOf(const Json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    return number <= INT64_MAX ? std::optional(static_cast<std::int64_t>(number)) : std::nullopt;
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_number_float()) return std::nullopt;
  const double number = value.get<double>();
  const bool fits = -0x1p63 <= number && number < 0x1p63 && std::trunc(number) == number;
  return fits ? std::optional(static_cast<std::int64_t>(number)) : std::nullopt;
}

// " from 1 to 5", without a bound that is only the limit of the type.
std::string Written(Range<std::int64_t> range) {
  if (range.max < INT64_MAX) {
    return " from " + std::to_string(range.min) + " to " + std::to_string(range.max);
  }
  return range.min > INT64_MIN ? " of at least " + std::to_string(range.min) : "";
}

std::string Plain(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

}  // namespace

Fields::Fields(const Json& object, std::string path, Problem& problem)
    : object_(object), path_(std::move(path)), problem_(problem) {
  if (!object_.is_object() && !problem_) {
    const std::string where = path_.empty() ? "the body" : path_;
    problem_ = ApiError{.message = where + ": expected an object, found " + Shown(object_),
                        .param = path_};
  }
}

std::string Fields::PathOf(const char* name) const {
  return path_.empty() ? std::string(name) : std::string(path_).append(".").append(name);
}

const Json* Fields::Find(const char* name) const {
  if (problem_ || !object_.is_object()) return nullptr;
  const auto found = object_.find(name);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

void Fields::Reject(const char* name, const std::string& what, std::string code, int status) {
  if (problem_) return;
  const std::string path = PathOf(name);
  problem_ = ApiError{
      .status = status, .message = path + ": " + what, .param = path, .code = std::move(code)};
}

std::int64_t Fields::Whole(const char* name, Range<std::int64_t> range, std::int64_t fallback) {
  const Json* value = Find(name);
  if (value == nullptr) return fallback;
  const std::optional<std::int64_t> number = WholeOf(*value);
  if (number && range.min <= *number && *number <= range.max) return *number;
  Reject(name, "expected a whole number" + Written(range) + ", found " + Shown(*value));
  return fallback;
}

double Fields::Number(const char* name, Range<double> range, double fallback) {
  const Json* value = Find(name);
  if (value == nullptr) return fallback;
  if (value->is_number()) {
    const double number = value->get<double>();
    if (range.min <= number && number <= range.max) return number;
  }
  Reject(name, "expected a number from " + Plain(range.min) + " to " + Plain(range.max) +
                   ", found " + Shown(*value));
  return fallback;
}

bool Fields::Bool(const char* name, bool fallback) {
  const Json* value = Find(name);
  if (value == nullptr) return fallback;
  if (value->is_boolean()) return value->get<bool>();
  Reject(name, "expected true or false, found " + Shown(*value));
  return fallback;
}

std::string Fields::Text(const char* name, std::string fallback) {
  const Json* value = Find(name);
  if (value == nullptr) return fallback;
  if (value->is_string()) return value->get<std::string>();
  Reject(name, "expected a text, found " + Shown(*value));
  return fallback;
}

std::vector<std::string> Fields::Texts(const char* name, std::size_t max) {
  const Json* value = Find(name);
  if (value == nullptr) return {};
  if (value->is_string()) return {value->get<std::string>()};
  std::vector<std::string> texts;
  bool fits = value->is_array() && value->size() <= max;
  for (std::size_t i = 0; fits && i < value->size(); ++i) {
    fits = (*value)[i].is_string();
    if (fits) texts.push_back((*value)[i].get<std::string>());
  }
  if (fits) return texts;
  Reject(name, "expected a text or a list of at most " + std::to_string(max) + " texts, found " +
                   (value->is_array() ? "another list" : Shown(*value)));
  return {};
}

const Json* Fields::List(const char* name) {
  const Json* value = Find(name);
  if (value == nullptr || value->is_array()) return value;
  Reject(name, "expected a list, found " + Shown(*value));
  return nullptr;
}

const Json* Fields::Object(const char* name) {
  const Json* value = Find(name);
  if (value == nullptr || value->is_object()) return value;
  Reject(name, "expected an object, found " + Shown(*value));
  return nullptr;
}

}  // namespace edgevlm
