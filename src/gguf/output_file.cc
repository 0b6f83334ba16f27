#include "gguf/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "base/check.h"

namespace edgevlm {
namespace {

Error CanNotWrite(const std::string& path, int number) {
  return Error{ErrorCode::kIo,
               path + ": can not be written: " + std::generic_category().message(number)};
}

}  // namespace

OutputFile::OutputFile(std::string path, std::string partial_path, int fd)
    : path_(std::move(path)), partial_path_(std::move(partial_path)), fd_(fd) {}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      partial_path_(std::exchange(other.partial_path_, {})),
      fd_(std::exchange(other.fd_, -1)) {}

OutputFile::~OutputFile() {
  if (fd_ >= 0) close(fd_);
  if (!partial_path_.empty()) unlink(partial_path_.c_str());
}

Result<OutputFile> OutputFile::Create(const std::string& path) {
  // Renaming would replace a device such as /dev/null by a file.
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    return Error{ErrorCode::kInvalid, path + ": expected a regular file or none, found another"};
  }
  constexpr int kAttempts = 100;  // names that other writers, or the dead, may hold
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::string partial =
        path + ".partial-" + std::to_string(getpid()) + "-" + std::to_string(attempt);
    const int fd = open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) return OutputFile(path, std::move(partial), fd);
    if (errno != EEXIST) break;
  }
  return CanNotWrite(path, errno);
}

MaybeError OutputFile::Append(std::span<const std::byte> bytes) {
  if (fd_ < 0) return CanNotWrite(path_, EBADF);
  while (!bytes.empty()) {
    const ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failure(errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return std::nullopt;
}

MaybeError OutputFile::Commit() {
  if (fd_ < 0) return CanNotWrite(path_, EBADF);
  if (fsync(fd_) != 0) return Failure(errno);
  // Some file systems report a full disk only here.
  if (close(std::exchange(fd_, -1)) != 0) return Failure(errno);
  if (std::rename(partial_path_.c_str(), path_.c_str()) != 0) return Failure(errno);
  partial_path_.clear();
  return std::nullopt;
}

Error OutputFile::Failure(int number) {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
  return CanNotWrite(path_, number);
}

}  // namespace edgevlm
