// Terminal: runs the edgevlm binary on a pseudo-terminal, for tests of interactive use.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace edgevlm {

// Runs `edgevlm ARGUMENTS...`, the binary named by EDGEVLM_BINARY. Threads: one.
class Terminal {
 public:
  explicit Terminal(const std::vector<std::string>& arguments);
  ~Terminal();  // kills it if it still runs
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // As if typed or pasted.
  void Type(std::string_view text);

  // Returns the output since the last call, up to and including `text`. The test fails if the
  // output ends first or stalls.
  std::string ReadUntil(std::string_view text);

  void Signal(int signal) const;

  // Closes the terminal, as when its window is closed.
  void Close();

  // Waits for the program's exit. Returns its exit code, or -1 if a signal ended it.
  int Wait();

 private:
  pid_t child_ = -1;
  int fd_ = -1;
  std::string unread_;
};

}  // namespace edgevlm
