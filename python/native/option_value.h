// OptionValue: one named argument from Python, read with its type checked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "native/errors.h"

namespace edgevlm::python {

// Each reader raises TypeError for a value of another type, and InvalidError for a number that does
// not fit, with the option's name and what was found.
class OptionValue {
 public:
  OptionValue(std::string name, py::object value)
      : name_(std::move(name)), value_(std::move(value)) {}

  const std::string& name() const { return name_; }
  bool is_text() const { return py::isinstance<py::str>(value_); }

  int Int() const { return static_cast<int>(Integer(INT32_MIN, INT32_MAX)); }
  // Any integer in [min, max].
  std::int64_t Integer(std::int64_t min, std::int64_t max) const;
  std::uint64_t Unsigned() const;  // in [0, 2^64)
  double Real() const;
  bool Flag() const;
  std::string Text() const;  // UTF-8
  std::string Path() const;  // str, bytes or os.PathLike, as the file system spells it
  std::vector<std::string> Texts() const;
  std::vector<int> Ints() const;

 private:
  [[noreturn]] void RaiseType(const char* expected) const;
  py::object Index() const;
  std::vector<OptionValue> Elements(const char* expected) const;

  std::string name_;
  py::object value_;
};

}  // namespace edgevlm::python
