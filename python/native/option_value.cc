#include "native/option_value.h"

namespace edgevlm::python {

void OptionValue::RaiseType(const char* expected) const {
  throw py::type_error(name_ + ": expected " + expected + ", found " +
                       std::string(py::str(py::type::of(value_).attr("__name__"))));
}

py::object OptionValue::Index() const {
  // True is an int in Python, and would be read as 1.
  if (PyBool_Check(value_.ptr()) || PyIndex_Check(value_.ptr()) == 0) RaiseType("an integer");
  PyObject* const index = PyNumber_Index(value_.ptr());
  if (index == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(index);
}

std::int64_t OptionValue::Integer(std::int64_t min, std::int64_t max) const {
  const py::object index = Index();
  int overflow = 0;
  const std::int64_t number = PyLong_AsLongLongAndOverflow(index.ptr(), &overflow);
  if (overflow != 0 || number < min || number > max) {
    Raise("InvalidError", name_ + ": expected " + std::to_string(min) + " to " +
                              std::to_string(max) + ", found " + std::string(py::str(index)));
  }
  return number;
}

std::uint64_t OptionValue::Unsigned() const {
  const py::object index = Index();
  const std::uint64_t number = PyLong_AsUnsignedLongLong(index.ptr());
  if (PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    Raise("InvalidError", name_ + ": expected 0 to " + std::to_string(UINT64_MAX) + ", found " +
                              std::string(py::str(index)));
  }
  return number;
}

double OptionValue::Real() const {
  if (PyBool_Check(value_.ptr()) || PyNumber_Check(value_.ptr()) == 0) RaiseType("a number");
  const double number = PyFloat_AsDouble(value_.ptr());
  if (PyErr_Occurred() == nullptr) return number;
  const bool overflows = PyErr_ExceptionMatches(PyExc_OverflowError) != 0;
  PyErr_Clear();
  if (!overflows) RaiseType("a number");
  Raise("InvalidError", name_ + ": expected a number that fits 64 bits, found a larger one");
}

bool OptionValue::Flag() const {
  if (!PyBool_Check(value_.ptr())) RaiseType("a bool");
  return value_.ptr() == Py_True;
}

std::string OptionValue::Text() const {
  if (!is_text()) RaiseType("a str");
  Py_ssize_t size = 0;
  const char* const text = PyUnicode_AsUTF8AndSize(value_.ptr(), &size);
  if (text == nullptr) {
    PyErr_Clear();
    Raise("InvalidError", name_ + ": expected text that UTF-8 can encode, found a lone surrogate");
  }
  return {text, static_cast<std::size_t>(size)};
}

std::string OptionValue::Path() const {
  PyObject* encoded = nullptr;
  if (PyUnicode_FSConverter(value_.ptr(), &encoded) == 0) {
    const bool has_wrong_type = PyErr_ExceptionMatches(PyExc_TypeError) != 0;
    PyErr_Clear();
    if (has_wrong_type) RaiseType("a path");
    Raise(
        "InvalidError",
        name_ + ": expected a path that the system can encode, without zero bytes, found another");
  }
  return std::string(py::reinterpret_steal<py::bytes>(encoded));
}

std::vector<OptionValue> OptionValue::Elements(const char* expected) const {
  if (!py::isinstance<py::list>(value_) && !py::isinstance<py::tuple>(value_)) RaiseType(expected);
  std::vector<OptionValue> elements;
  for (const py::handle element : py::reinterpret_borrow<py::sequence>(value_)) {
    elements.emplace_back(name_, py::reinterpret_borrow<py::object>(element));
  }
  return elements;
}

std::vector<std::string> OptionValue::Texts() const {
  std::vector<std::string> texts;
  for (const OptionValue& element : Elements("a list of str")) texts.push_back(element.Text());
  return texts;
}

std::vector<int> OptionValue::Ints() const {
  std::vector<int> numbers;
  for (const OptionValue& element : Elements("a list of integers")) {
    numbers.push_back(element.Int());
  }
  return numbers;
}

}  // namespace edgevlm::python
