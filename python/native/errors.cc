#include "native/errors.h"

namespace edgevlm::python {
namespace {

const char* ClassOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotFound:
      return "NotFoundError";
    case ErrorCode::kCorrupt:
      return "CorruptError";
    case ErrorCode::kUnsupported:
      return "UnsupportedError";
    case ErrorCode::kTooLarge:
      return "TooLargeError";
    case ErrorCode::kInvalid:
      return "InvalidError";
    case ErrorCode::kIo:
      return "IoError";
    case ErrorCode::kCancelled:
      return "CancelledError";
  }
  return "Error";
}

}  // namespace

py::str ToStr(std::string_view text) {
  PyObject* const decoded =
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace");
  if (decoded == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::str>(decoded);
}

void Raise(const char* exception_class, std::string_view message) {
  const py::object type = py::module_::import("edgevlm.errors").attr(exception_class);
  PyErr_SetObject(type.ptr(), ToStr(message).ptr());
  throw py::error_already_set();
}

void Raise(const Error& error) { Raise(ClassOf(error.code), error.message); }

}  // namespace edgevlm::python
