// Process: a program that runs beside a test.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace edgevlm {

// Its output goes to a file, or nowhere.
class Process {
 public:
  explicit Process(std::vector<std::string> command, const std::string& output = "/dev/null");
  // Kills it.
  ~Process();
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;

  void Signal(int signal) const;
  // SIGKILL; waits for its end. Whether it had ended with 0 before.
  bool Kill();
  // Waits for its end: the exit code, or less than 0 for a signal. Nothing if it takes longer.
  std::optional<int> Wait(std::chrono::milliseconds time);

 private:
  pid_t process_ = -1;
};

// A TCP port of this machine that nobody uses now.
int FreePort();

// Whether a program listens on a port of this machine; waits for a while until one does.
bool Listens(int port);

}  // namespace edgevlm
