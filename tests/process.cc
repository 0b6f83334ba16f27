#include "process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>
#include <utility>

namespace edgevlm {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

}  // namespace

Process::Process(std::vector<std::string> command, const std::string& output) {
  std::vector<char*> raw;
  for (std::string& argument : command) raw.push_back(argument.data());
  raw.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  EXPECT_EQ(posix_spawnp(&process_, raw[0], &files, nullptr, raw.data(), environ), 0) << raw[0];
  posix_spawn_file_actions_destroy(&files);
}

Process::~Process() { Kill(); }

Process::Process(Process&& other) noexcept : process_(std::exchange(other.process_, -1)) {}

Process& Process::operator=(Process&& other) noexcept {
  Kill();
  process_ = std::exchange(other.process_, -1);
  return *this;
}

void Process::Signal(int signal) const {
  // To kill, -1 is every process of the machine.
  if (process_ > 0) kill(process_, signal);
}

bool Process::Kill() {
  if (process_ <= 0) return false;
  Signal(SIGKILL);
  int status = 0;
  waitpid(std::exchange(process_, -1), &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::optional<int> Process::Wait(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (process_ > 0 && std::chrono::steady_clock::now() < end) {
    int status = 0;
    if (waitpid(process_, &status, WNOHANG) == process_) {
      process_ = -1;
      return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return std::nullopt;
}

int FreePort() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof(address);
  EXPECT_EQ(bind(listener, raw, size), 0);
  EXPECT_EQ(getsockname(listener, raw, &size), 0);
  close(listener);
  return ntohs(address.sin_port);
}

bool Listens(int port) {
  constexpr std::chrono::seconds kPatience(20);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < end) {
    const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = Loopback(port);
    const int failed = connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    close(probe);
    if (failed == 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace edgevlm
