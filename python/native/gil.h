// Releases and takes the global interpreter lock (GIL).
//
// While a program ends, Python unwinds the stack of a daemon thread that waits for the lock, which
// C++ destructors do not survive. Such a thread waits here for the end of the process instead, as
// Python itself has it from version 3.14 on.
#pragma once

#include <cxxabi.h>
#include <pybind11/pybind11.h>
#include <unistd.h>

namespace edgevlm::python {

// Calls a function of Python that may wait for the lock.
template <class Function>
auto UnlessProgramEnds(const Function& function) {
  try {
    return function();
  } catch (const abi::__forced_unwind&) {
    for (;;) pause();
  }
}

class ReleasedGil {
 public:
  ReleasedGil() : thread_(PyEval_SaveThread()) {}
  ~ReleasedGil() {
    UnlessProgramEnds([this] { PyEval_RestoreThread(thread_); });
  }
  ReleasedGil(const ReleasedGil&) = delete;
  ReleasedGil& operator=(const ReleasedGil&) = delete;

 private:
  PyThreadState* const thread_;
};

class HeldGil {
 public:
  HeldGil() : state_(UnlessProgramEnds([] { return PyGILState_Ensure(); })) {}
  ~HeldGil() { PyGILState_Release(state_); }
  HeldGil(const HeldGil&) = delete;
  HeldGil& operator=(const HeldGil&) = delete;

 private:
  const PyGILState_STATE state_;
};

// The function must not touch Python's objects.
template <class Function>
auto WithoutGil(const Function& function) {
  const ReleasedGil released;
  return function();
}

}  // namespace edgevlm::python
