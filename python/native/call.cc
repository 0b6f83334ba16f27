#include "native/call.h"

#include "native/gil.h"

namespace edgevlm::python {
namespace {

// Taking the GIL waits for other Python threads, up to 5 ms each time.
constexpr std::chrono::milliseconds kBetweenChecks(100);

}  // namespace

bool Call::IsOver() {
  if (cancellation_.is_cancelled() || failure_ != nullptr) return true;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_check_) return false;
  next_check_ = now + kBetweenChecks;
  const HeldGil held;
  if (PyErr_CheckSignals() != 0) failure_ = std::make_exception_ptr(py::error_already_set());
  return failure_ != nullptr;
}

OnText Call::on_text() {
  if (on_text_.is_none()) return {};
  return [this](std::string_view text) { return Emit(text); };
}

bool Call::Emit(std::string_view text) {
  const HeldGil held;
  const py::str piece = ToStr(text);
  const auto result = py::reinterpret_steal<py::object>(
      UnlessProgramEnds([&] { return PyObject_CallOneArg(on_text_.ptr(), piece.ptr()); }));
  // The engine is not written for exceptions of others: it ends the reply first.
  if (!result) failure_ = std::make_exception_ptr(py::error_already_set());
  return failure_ == nullptr && !cancellation_.is_cancelled();
}

void Call::RaiseFailure() const {
  if (failure_ != nullptr) std::rethrow_exception(failure_);
}

}  // namespace edgevlm::python
