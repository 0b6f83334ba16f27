#include "cli/chat/interrupts.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "base/check.h"

namespace edgevlm {
namespace {

// The state that the handlers use.
std::atomic<bool> stop_is_wanted = false;
std::atomic<bool> end_is_wanted = false;
std::atomic<int> wake_fd = -1;

void NoteSignal(int signal) {
  if (signal == SIGINT) stop_is_wanted = true;
  if (signal == SIGTERM || signal == SIGHUP) end_is_wanted = true;
  const int saved = errno;
  // A full pipe also wakes the reader.
  [[maybe_unused]] const ssize_t written = write(wake_fd, "", 1);
  errno = saved;
}

}  // namespace

Interrupts::Interrupts() {
  CHECK(pipe2(wake_.data(), O_CLOEXEC | O_NONBLOCK) == 0);
  stop_is_wanted = end_is_wanted = false;
  wake_fd = wake_[1];
  struct sigaction action = {};
  action.sa_handler = NoteSignal;
  action.sa_flags = SA_RESTART;  // so that writing a file is not interrupted
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) sigaction(kSignals[i], &action, nullptr);
  }
}

Interrupts::~Interrupts() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
  for (const int fd : wake_) close(fd);
}

bool Interrupts::wants_stop() const { return stop_is_wanted; }
void Interrupts::Clear() { stop_is_wanted = false; }
bool Interrupts::wants_end() const { return end_is_wanted; }

bool Interrupts::WaitForInput(int fd) const {
  std::array<pollfd, 2> watched = {pollfd{.fd = wake_[0], .events = POLLIN, .revents = 0},
                                   pollfd{.fd = fd, .events = POLLIN, .revents = 0}};
  while (poll(watched.data(), watched.size(), -1) < 0) {
    if (errno != EINTR) return true;  // reading will report the error
  }
  if (watched[0].revents == 0) return true;
  std::array<char, 64> bytes;
  while (read(wake_[0], bytes.data(), bytes.size()) > 0) {
  }
  return false;
}

}  // namespace edgevlm
