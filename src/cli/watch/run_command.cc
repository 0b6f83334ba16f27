#include "cli/watch/run_command.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace edgevlm {
namespace {

Error CommandError(const std::string& what) { return {ErrorCode::kIo, "--exec: " + what}; }

Error SystemError(int number) { return CommandError(std::generic_category().message(number)); }

// Waits for the end of the command, whose group is its own; how it ended as wait gives it.
int WaitOrKill(pid_t pid, int timeout_ms) {
  constexpr int kStepMs = 20;
  int status = 0;
  for (int waited_ms = 0; waited_ms < timeout_ms; waited_ms += kStepMs) {
    if (waitpid(pid, &status, WNOHANG) == pid) return status;
    usleep(1000 * kStepMs);
  }
  kill(-pid, SIGKILL);
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

Result<pid_t> Start(const std::string& command, int input) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t all;
  sigfillset(&all);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::string shell = "sh", option = "-c", text = command;
  std::array<char*, 4> arguments = {shell.data(), option.data(), text.data(), nullptr};
  pid_t pid = -1;
  const int failed = posix_spawn(&pid, "/bin/sh", &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return SystemError(failed);
  return pid;
}

}  // namespace

MaybeError RunCommand(const std::string& command, const std::string& text, int timeout_ms) {
  const int input = memfd_create("input", MFD_CLOEXEC);
  if (input < 0) return SystemError(errno);
  const bool is_written =
      write(input, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      lseek(input, 0, SEEK_SET) == 0;
  const Result<pid_t> pid = is_written ? Start(command, input) : SystemError(errno);
  close(input);
  if (!pid) return pid.error();
  const int status = WaitOrKill(*pid, timeout_ms);
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
    return CommandError("expected an end within " + std::to_string(timeout_ms / 1000) +
                        " s, found none");
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return std::nullopt;
  return CommandError("expected exit code 0, found " +
                      (WIFEXITED(status) ? std::to_string(WEXITSTATUS(status))
                                         : "signal " + std::to_string(WTERMSIG(status))));
}

}  // namespace edgevlm
