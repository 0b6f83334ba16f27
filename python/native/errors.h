// Raises errors as exceptions of edgevlm.errors.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>
#include <utility>

#include "edgevlm/result.h"

namespace edgevlm::python {

namespace py = pybind11;

// Text for Python. Bytes that are not UTF-8, as in the name of a file, become U+FFFD.
py::str ToStr(std::string_view text);

// Raises edgevlm.errors.CLASS. The caller holds the GIL.
[[noreturn]] void Raise(const char* exception_class, std::string_view message);
// Raises the class of the error's code.
[[noreturn]] void Raise(const Error& error);

inline void RaiseIf(const MaybeError& error) {
  if (error) Raise(*error);
}

template <class T>
T ValueOrRaise(Result<T> result) {
  if (!result) Raise(result.error());
  return *std::move(result);
}

}  // namespace edgevlm::python
