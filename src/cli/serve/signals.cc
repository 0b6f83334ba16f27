#include "cli/serve/signals.h"

namespace edgevlm {

SignalWaiter::SignalWaiter(std::initializer_list<int> signals) {
  sigemptyset(&signals_);
  for (const int signal : signals) sigaddset(&signals_, signal);
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
}

// Discards pending signals: they are already handled and must not be delivered now.
SignalWaiter::~SignalWaiter() {
  while (Wait(std::chrono::milliseconds(0)) != 0) {
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

int SignalWaiter::Wait(std::chrono::milliseconds time) const {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  const std::chrono::nanoseconds rest = time - seconds;
  const timespec limit = {.tv_sec = seconds.count(), .tv_nsec = rest.count()};
  const int signal = sigtimedwait(&signals_, nullptr, &limit);
  return signal < 0 ? 0 : signal;
}

}  // namespace edgevlm
