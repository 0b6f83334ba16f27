#include "base/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/check.h"

namespace edgevlm {
namespace {

constexpr int kPartialNames = 100;  // that other writers, or crashed ones, may hold
constexpr mode_t kMode = 0666;      // minus the user's umask

Error CanNotWrite(const std::string& path, int number) {
  return Error{ErrorCode::kIo,
               path + ": cannot be written: " + std::generic_category().message(number)};
}

Error IsThere(const std::string& path) {
  return Error{ErrorCode::kInvalid, path + ": expected no such file, or --force to replace it"};
}

std::string PartialName(const std::string& target, int attempt) {
  return target + ".partial-" + std::to_string(getpid()) + "-" + std::to_string(attempt);
}

// The path in /proc of an open file that has no name in a folder.
std::string DescriptorPath(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

// Creates a file without a name in the folder of `target`; -1 if the file system has none.
int OpenNameless(const std::string& target) {
  std::string folder = std::filesystem::path(target).parent_path().string();
  if (folder.empty()) folder = ".";
  const int fd = open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, kMode);
  if (fd < 0) return fd;
  // Without /proc it could never get a name.
  if (access(DescriptorPath(fd).c_str(), F_OK) == 0) return fd;
  close(fd);
  return -1;
}

// Gives a file without a name this name. 0, or the errno.
int NameOpenFile(int fd, const std::string& name) {
  const int failed =
      linkat(AT_FDCWD, DescriptorPath(fd).c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW);
  return failed == 0 ? 0 : errno;
}

}  // namespace

MaybeError CheckOutput(const std::string& path, Existing existing) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::none) return CanNotWrite(path, error.value());
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    const bool is_folder = std::filesystem::is_directory(status);
    return Error{ErrorCode::kInvalid, path + ": expected a regular file or none, found " +
                                          (is_folder ? "a directory" : "a device or a pipe")};
  }
  const auto link = std::filesystem::symlink_status(path, error);
  if (existing == Existing::kKept && std::filesystem::exists(link)) return IsThere(path);
  return std::nullopt;
}

OutputFile::OutputFile(std::string path, std::string target, std::string partial_path, int fd,
                       Existing existing)
    : path_(std::move(path)),
      target_(std::move(target)),
      partial_path_(std::move(partial_path)),
      fd_(fd),
      existing_(existing) {}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      partial_path_(std::exchange(other.partial_path_, {})),
      fd_(std::exchange(other.fd_, -1)),
      existing_(other.existing_) {}

OutputFile::~OutputFile() {
  if (fd_ >= 0) close(fd_);
  if (!partial_path_.empty()) unlink(partial_path_.c_str());
}

Result<OutputFile> OutputFile::Create(const std::string& path, Existing existing) {
  if (auto error = CheckOutput(path, existing)) return *error;
  std::error_code no_such_file;
  const auto resolved = std::filesystem::canonical(path, no_such_file);
  const std::string target = no_such_file ? path : resolved.string();
  const int nameless = OpenNameless(target);
  if (nameless >= 0) return OutputFile(path, target, {}, nameless, existing);
  for (int attempt = 0; attempt < kPartialNames; ++attempt) {
    std::string partial = PartialName(target, attempt);
    const int fd = open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
    if (fd >= 0) return OutputFile(path, target, std::move(partial), fd, existing);
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
  if (partial_path_.empty()) {
    int number = NameOpenFile(fd_, target_);
    if (number == EEXIST && existing_ == Existing::kReplaced) number = NamePartial();
    if (number != 0) return Failure(number);
  }
  // Some file systems report a full disk only here.
  if (close(std::exchange(fd_, -1)) != 0) return Failure(errno);
  if (partial_path_.empty()) return std::nullopt;
  if (const int number = RenamePartial()) return Failure(number);
  partial_path_.clear();
  return std::nullopt;
}

int OutputFile::NamePartial() {
  int number = EEXIST;
  for (int attempt = 0; number == EEXIST && attempt < kPartialNames; ++attempt) {
    std::string partial = PartialName(target_, attempt);
    number = NameOpenFile(fd_, partial);
    if (number == 0) partial_path_ = std::move(partial);
  }
  return number;
}

int OutputFile::RenamePartial() const {
  const char* partial = partial_path_.c_str();
  const char* target = target_.c_str();
  if (existing_ == Existing::kReplaced) return std::rename(partial, target) == 0 ? 0 : errno;
  if (renameat2(AT_FDCWD, partial, AT_FDCWD, target, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL) return errno;
  // NFS does not support this rename. CheckOutput found the name free when the file was created.
  return std::rename(partial, target) == 0 ? 0 : errno;
}

Error OutputFile::Failure(int number) {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
  return number == EEXIST ? IsThere(path_) : CanNotWrite(path_, number);
}

}  // namespace edgevlm
