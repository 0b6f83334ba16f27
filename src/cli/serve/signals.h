// Signals: waits for signals instead of handling them asynchronously.
#pragma once

#include <chrono>
#include <csignal>
#include <initializer_list>

namespace edgevlm {

// Blocks the delivery of signals, so that they can be waited for. Create it before the process
// starts threads, which inherit the mask.
class SignalWaiter {
 public:
  explicit SignalWaiter(std::initializer_list<int> signals);
  ~SignalWaiter();
  SignalWaiter(const SignalWaiter&) = delete;
  SignalWaiter& operator=(const SignalWaiter&) = delete;

  // The next signal, or 0 on timeout.
  int Wait(std::chrono::milliseconds time) const;

 private:
  sigset_t signals_;
  sigset_t before_;
};

}  // namespace edgevlm
