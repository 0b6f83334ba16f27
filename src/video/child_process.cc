#include "video/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace edgevlm {
namespace {

Error SystemError(const std::string& what, int number) {
  return {ErrorCode::kIo, what + ": " + std::generic_category().message(number)};
}

// The file actions of a child: its descriptors, and no others of ours.
class Descriptors {
 public:
  Descriptors(int source, int output, int requests) {
    posix_spawn_file_actions_init(&actions_);
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
      posix_spawn_file_actions_addopen(&actions_, standard, "/dev/null", O_RDWR, 0);
    }
    if (source >= 0) posix_spawn_file_actions_adddup2(&actions_, source, kChildSourceFd);
    posix_spawn_file_actions_adddup2(&actions_, output, kChildOutputFd);
    posix_spawn_file_actions_adddup2(&actions_, requests, kChildRequestFd);
    posix_spawn_file_actions_addclosefrom_np(&actions_, kChildRequestFd + 1);
  }
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;
  ~Descriptors() { posix_spawn_file_actions_destroy(&actions_); }

  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

// Signals as a program finds them that a shell starts: main.cc ignores some.
class DefaultSignals {
 public:
  DefaultSignals() {
    posix_spawnattr_init(&attributes_);
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  DefaultSignals(const DefaultSignals&) = delete;
  DefaultSignals& operator=(const DefaultSignals&) = delete;
  ~DefaultSignals() { posix_spawnattr_destroy(&attributes_); }

  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

// Descriptors above those of the child, so that dup2 does not close one before it is copied.
OwnedFd AboveChilds(int fd) { return OwnedFd(fcntl(fd, F_DUPFD_CLOEXEC, kChildRequestFd + 1)); }

}  // namespace

OwnedFd::OwnedFd(OwnedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

OwnedFd& OwnedFd::operator=(OwnedFd&& other) noexcept {
  Close();
  fd_ = std::exchange(other.fd_, -1);
  return *this;
}

void OwnedFd::Close() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

std::optional<std::string> FindProgram(const std::string& name) {
  std::error_code failed;
  const auto folder = std::filesystem::read_symlink("/proc/self/exe", failed).parent_path();
  for (const auto& path : {folder / name, folder / "../libexec/edgevlm" / name}) {
    if (!failed && access(path.c_str(), X_OK) == 0) return path.string();
  }
  return std::nullopt;
}

OwnedFd MemoryFile(const std::string& name, std::span<const std::byte> bytes) {
  OwnedFd file(memfd_create(name.c_str(), MFD_CLOEXEC));
  while (file.get() >= 0 && !bytes.empty()) {
    const ssize_t count = write(file.get(), bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) {
      const int number = errno;
      file.Close();
      errno = number;
    }
    if (count > 0) bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return file;
}

Result<ChildProcess> ChildProcess::Start(const std::string& program,
                                         const std::vector<std::string>& arguments, int source) {
  std::array<int, 2> ends = {-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return SystemError("pipe", errno);
  OwnedFd read_end(ends[0]), write_end(ends[1]);
  // Not a pipe: writing to a program that has ended is then an error, not a signal.
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return SystemError("socketpair", errno);
  }
  OwnedFd requests(ends[0]);
  const OwnedFd request_end(ends[1]);
  constexpr int kPipeBytes = 1 << 20;
  fcntl(write_end.get(), F_SETPIPE_SZ, kPipeBytes);  // fewer switches; smaller ones work too
  const OwnedFd child_source = source < 0 ? OwnedFd() : AboveChilds(source);
  const OwnedFd child_output = AboveChilds(write_end.get());
  const OwnedFd child_requests = AboveChilds(request_end.get());
  if ((source >= 0 && child_source.get() < 0) || child_output.get() < 0 ||
      child_requests.get() < 0) {
    return SystemError("file descriptors", errno);
  }
  std::vector<std::string> texts = {program};
  texts.insert(texts.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& text : texts) argv.push_back(text.data());
  argv.push_back(nullptr);
  std::array<char*, 1> no_environment = {nullptr};
  const Descriptors descriptors(child_source.get(), child_output.get(), child_requests.get());
  const DefaultSignals signals;
  pid_t pid = -1;
  const int failed = posix_spawn(&pid, program.c_str(), descriptors.get(), signals.get(),
                                 argv.data(), no_environment.data());
  if (failed != 0) return SystemError(program + ": cannot be started", failed);
  return ChildProcess(pid, std::move(read_end), std::move(requests));
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      output_(std::move(other.output_)),
      requests_(std::move(other.requests_)) {}

ChildProcess::~ChildProcess() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<bool> ChildProcess::WaitForOutput(int timeout_ms) const {
  pollfd waited = {.fd = output_.get(), .events = POLLIN, .revents = 0};
  const int ready = poll(&waited, 1, timeout_ms);
  if (ready < 0 && errno != EINTR) return SystemError("poll", errno);
  return ready > 0;
}

MaybeError ChildProcess::Send(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t count = send(requests_.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (count < 0 && errno != EINTR) return SystemError("send", errno);
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
  }
  return std::nullopt;
}

Result<std::size_t> ChildProcess::Read(std::span<std::byte> bytes) const {
  while (true) {
    const ssize_t count = read(output_.get(), bytes.data(), bytes.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) return SystemError("read", errno);
  }
}

std::string ChildProcess::End() {
  constexpr int kTries = 100;
  constexpr useconds_t kWaitMicroseconds = 10'000;
  int status = 0;
  pid_t ended = 0;
  for (int i = 0; i < kTries && ended == 0; ++i) {
    if (i > 0) usleep(kWaitMicroseconds);
    ended = waitpid(pid_, &status, WNOHANG);
  }
  if (ended != pid_) return "itself";
  pid_ = -1;
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    return "signal " + std::to_string(number) + " (" + strsignal(number) + ")";
  }
  return "exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace edgevlm
