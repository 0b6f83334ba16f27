// Call: one request of a session in progress, and what may end it early.
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>

#include "edgevlm/edgevlm.h"
#include "native/errors.h"

namespace edgevlm::python {

// Ends a request from another thread: at its next step. Threads: any.
class Cancellation {
 public:
  void Cancel() { is_cancelled_ = true; }
  bool is_cancelled() const { return is_cancelled_; }

 private:
  std::atomic<bool> is_cancelled_ = false;
};

// Threads: the one that runs the request; the functions called during it take the GIL themselves.
class Call {
 public:
  // on_text: called with each piece as a str, without a result; or None.
  Call(const Cancellation& cancellation, py::object on_text)
      : cancellation_(cancellation), on_text_(std::move(on_text)) {}

  // Whether the request is to end before its next step. Lets the main thread handle signals now and
  // then, so that Ctrl-C ends a reply.
  bool IsOver();

  OnText on_text();

  // Raises what on_text or a signal handler raised, with the GIL.
  void RaiseFailure() const;

 private:
  bool Emit(std::string_view text);

  const Cancellation& cancellation_;
  const py::object on_text_;
  std::chrono::steady_clock::time_point next_check_ = std::chrono::steady_clock::now();
  std::exception_ptr failure_;
};

}  // namespace edgevlm::python
