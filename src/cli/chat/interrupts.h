// Interrupts: the signals that a conversation hears of.
#pragma once

#include <array>
#include <csignal>

namespace edgevlm {

// While it lives, Ctrl-C (SIGINT) is a request to stop what is under way, and SIGTERM and SIGHUP (a
// terminal that was closed) are requests to leave. Signals that the process was started to ignore
// stay ignored. One at a time in a process.
// Threads: the handlers run on any; all else is for one thread.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  // Ctrl-C was pressed since Clear.
  bool wants_stop() const;
  void Clear();
  // For good.
  bool wants_end() const;

  // Waits until there is something to read. False: a signal came first, one of those above or one
  // after which a terminal must be drawn again (SIGWINCH, SIGCONT).
  bool WaitForInput(int fd) const;

 private:
  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT};

  std::array<int, 2> wake_ = {-1, -1};  // a pipe: the handler writes, WaitForInput reads
  std::array<struct sigaction, kSignals.size()> before_ = {};
};

}  // namespace edgevlm
