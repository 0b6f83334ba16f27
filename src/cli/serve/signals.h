// Signals as values: nothing happens in a handler.
#pragma once

#include <chrono>
#include <csignal>
#include <initializer_list>

namespace edgevlm {

// Keeps signals from being delivered, so that they can be waited for. Make it before the process
// starts threads: they inherit it.
class SignalWaiter {
 public:
  explicit SignalWaiter(std::initializer_list<int> signals);
  ~SignalWaiter();
  SignalWaiter(const SignalWaiter&) = delete;
  SignalWaiter& operator=(const SignalWaiter&) = delete;

  // The next signal, or 0 when none came in time.
  int Wait(std::chrono::milliseconds time) const;

 private:
  sigset_t signals_;
  sigset_t before_;
};

}  // namespace edgevlm
