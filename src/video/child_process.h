// ChildProcess: a program that writes to us and reads one file.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace edgevlm {

// Owns a file descriptor.
class OwnedFd {
 public:
  explicit OwnedFd(int fd = -1) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept;
  OwnedFd& operator=(OwnedFd&& other) noexcept;
  ~OwnedFd() { Close(); }

  int get() const { return fd_; }
  void Close();

 private:
  int fd_;
};

// The path of a program of this project, beside the one that runs or where it is installed; nothing
// if it is not there.
std::optional<std::string> FindProgram(const std::string& name);

// A file in memory with a copy of the bytes. name: for people who list open files. On failure there
// is none, and errno says why.
OwnedFd MemoryFile(const std::string& name, std::span<const std::byte> bytes);

// What the program finds open, besides nothing else.
inline constexpr int kChildSourceFd = 3;
inline constexpr int kChildOutputFd = 4;
inline constexpr int kChildRequestFd = 5;  // what Send writes

// Kills the program when it is destroyed. Threads: one at a time.
class ChildProcess {
 public:
  // Starts the program without environment and standard streams. source: becomes kChildSourceFd;
  // -1: none. Errors: kIo.
  static Result<ChildProcess> Start(const std::string& program,
                                    const std::vector<std::string>& arguments, int source);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  // Whether it has written something, or has closed its output, within this time. Errors: kIo.
  Result<bool> WaitForOutput(int timeout_ms) const;

  // Writes a text for it to read. Errors: kIo (it has ended).
  MaybeError Send(std::string_view text) const;

  // Reads what it writes: at least a byte, 0 when it has closed its output. Errors: kIo.
  Result<std::size_t> Read(std::span<std::byte> bytes) const;

  // How it ended, for an error: "signal 9 (Killed)"; "itself" if it still runs after a second.
  // Call it when Read has returned 0.
  std::string End();

  pid_t pid() const { return pid_; }

 private:
  ChildProcess(pid_t pid, OwnedFd output, OwnedFd requests)
      : pid_(pid), output_(std::move(output)), requests_(std::move(requests)) {}

  pid_t pid_ = -1;
  OwnedFd output_;
  OwnedFd requests_;
};

}  // namespace edgevlm
