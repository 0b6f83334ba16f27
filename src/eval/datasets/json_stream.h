// Reads long arrays of JSON files one element at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/result.h"

namespace edgevlm {

// Handles an element; an error ends the reading.
using OnJsonElement = std::function<MaybeError(const nlohmann::json& element)>;

inline constexpr std::size_t kMaxJsonElementBytes = std::size_t{4} << 20;

// Calls on_element for each element of an array: the field `key` of the object that the file holds,
// or for an empty key the array that it holds. Everything else in the file is skipped.
//
// Memory: one element, however long the file is. Errors, which start with the name: kCorrupt (not
// JSON: names the byte; no such array), kTooLarge (an element over kMaxJsonElementBytes, or nested
// over 64 deep), and those of on_element, with the element's number from 1.
MaybeError ReadJsonArray(std::istream& in, const std::string& name, const std::string& key,
                         const OnJsonElement& on_element);

// Calls on_element for each line of a file of JSON lines; empty lines are skipped. Errors as above,
// with the line's number.
MaybeError ReadJsonLines(std::istream& in, const std::string& name,
                         const OnJsonElement& on_element);

// Reads the fields of an object. The first wrong field is error(); what is read after it is empty.
class JsonFields {
 public:
  explicit JsonFields(const nlohmann::json& object);

  // A text, or a whole number as its digits.
  std::string Text(const char* field);
  // The same, or `otherwise` if there is no such field.
  std::string TextOr(const char* field, const std::string& otherwise);
  // An array of texts. member: the array holds objects instead, which have this field.
  std::vector<std::string> Texts(const char* field, const char* member = nullptr);

  const MaybeError& error() const { return error_; }

 private:
  const nlohmann::json* Find(const char* field);
  std::string Spell(const nlohmann::json& value, const char* field);
  void Fail(const char* field, const std::string& expected);

  const nlohmann::json& object_;
  MaybeError error_;
};

}  // namespace edgevlm
