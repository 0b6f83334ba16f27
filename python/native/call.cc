#include "native/call.h"

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
  const py::gil_scoped_acquire acquired;
  if (PyErr_CheckSignals() != 0) failure_ = std::make_exception_ptr(py::error_already_set());
  return failure_ != nullptr;
}

OnText Call::on_text() {
  if (on_text_.is_none()) return {};
  return [this](std::string_view text) { return Emit(text); };
}

bool Call::Emit(std::string_view text) {
  const py::gil_scoped_acquire acquired;
  try {
    on_text_(ToStr(text));
  } catch (const py::error_already_set&) {
    // The engine is not written for exceptions of others: it ends the reply first.
    failure_ = std::current_exception();
  }
  return failure_ == nullptr && !cancellation_.is_cancelled();
}

void Call::RaiseFailure() const {
  if (failure_ != nullptr) std::rethrow_exception(failure_);
}

}  // namespace edgevlm::python
