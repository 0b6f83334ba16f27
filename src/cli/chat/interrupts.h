// Interrupts: the signals that a conversation handles.
#pragma once

#include <array>
#include <csignal>

namespace edgevlm {

// While it exists, Ctrl-C (SIGINT) requests that the current work stops, and SIGTERM and SIGHUP
// (the terminal was closed) request an exit. Signals that the process was started to ignore stay
// ignored. One instance at a time per process. Threads: the handlers run on any; all else is for
// one thread.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  // Whether Ctrl-C was pressed since Clear.
  bool wants_stop() const;
  void Clear();
  // Whether an exit was requested.
  bool wants_end() const;

  // Waits for readable input. False: a signal came first, one of those above or one that requires
  // redrawing the terminal (SIGWINCH, SIGCONT).
  bool WaitForInput(int fd) const;

 private:
  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT};

  std::array<int, 2> wake_ = {-1, -1};  // a pipe: the handler writes, WaitForInput reads
  std::array<struct sigaction, kSignals.size()> before_ = {};
};

}  // namespace edgevlm
