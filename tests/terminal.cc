#include "terminal.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "program.h"

namespace edgevlm {
namespace {

// Only a failing test waits this long.
constexpr int kPatienceMs = 60'000;

}  // namespace

Terminal::Terminal(const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {BinaryPath()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& argument : all) argv.push_back(argument.data());
  argv.push_back(nullptr);
  winsize size = {.ws_row = 40, .ws_col = 100, .ws_xpixel = 0, .ws_ypixel = 0};
  child_ = forkpty(&fd_, nullptr, nullptr, &size);
  EXPECT_GE(child_, 0);
  if (child_ != 0) return;
  setenv("TERM", "xterm", 1);
  setenv("HOME", "/nonexistent", 1);  // no user's key bindings
  execv(argv[0], argv.data());
  _exit(127);
}

Terminal::~Terminal() {
  if (child_ > 0) {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  Close();
}

void Terminal::Type(std::string_view text) {
  EXPECT_EQ(write(fd_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

std::string Terminal::ReadUntil(std::string_view text) {
  while (true) {
    const std::size_t found = unread_.find(text);
    if (found != std::string::npos) {
      const std::string read_now = unread_.substr(0, found + text.size());
      unread_.erase(0, read_now.size());
      return read_now;
    }
    pollfd watched = {.fd = fd_, .events = POLLIN, .revents = 0};
    std::array<char, 4096> bytes;
    const bool came = poll(&watched, 1, kPatienceMs) > 0;
    const ssize_t size = came ? read(fd_, bytes.data(), bytes.size()) : -1;
    if (size <= 0) {
      ADD_FAILURE() << "expected " << text << ", found " << unread_;
      return std::exchange(unread_, {});
    }
    unread_.append(bytes.data(), static_cast<std::size_t>(size));
  }
}

void Terminal::Signal(int signal) const {
  // To kill, -1 is every process of the machine.
  ASSERT_GT(child_, 0) << "the program is not running";
  kill(child_, signal);
}

void Terminal::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

int Terminal::Wait() {
  // Drains the output, so that the program does not block on writing.
  std::array<char, 4096> bytes;
  while (fd_ >= 0 && read(fd_, bytes.data(), bytes.size()) > 0) {
  }
  int status = 0;
  waitpid(child_, &status, 0);
  child_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace edgevlm
