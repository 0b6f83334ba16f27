// A terminal with the edgevlm binary in it, for tests of what people type.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace edgevlm {

// Runs `edgevlm ARGUMENTS...`, the binary named by EDGEVLM_BINARY, on a pseudo-terminal of its own.
// Threads: one.
class Terminal {
 public:
  explicit Terminal(const std::vector<std::string>& arguments);
  ~Terminal();  // kills it if it still runs
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // As if typed or pasted.
  void Type(std::string_view text);

  // Reads what is written until `text` has come since the last time, and returns all since then.
  // The test fails if the end comes first, or nothing for a long time.
  std::string ReadUntil(std::string_view text);

  void Signal(int signal) const;

  // Closes the window: the program loses its terminal.
  void Close();

  // Waits for the program's end. Returns its exit code; -1 for a signal's.
  int Wait();

 private:
  pid_t child_ = -1;
  int fd_ = -1;
  std::string unread_;
};

}  // namespace edgevlm
