#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "base/check.h"

namespace edgevlm {
namespace {

// Closes the descriptor unless it was released.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int fd() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

Error SystemError(const std::string& path, int number) {
  if (number == ENOENT) return Error{ErrorCode::kNotFound, path + ": no such file"};
  return Error{ErrorCode::kIo,
               path + ": cannot be read: " + std::generic_category().message(number)};
}

const char* KindOf(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

}  // namespace

Result<MappedFile> MappedFile::Open(const std::string& path) {
  // Without O_NONBLOCK, opening a pipe would wait for a writer.
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  // A socket cannot be opened; its kind is determined by its path.
  struct stat status {};
  const int failed = file.fd() >= 0 ? fstat(file.fd(), &status) : stat(path.c_str(), &status);
  if (failed != 0) return SystemError(path, errno);
  if (!S_ISREG(status.st_mode)) {
    return Error{ErrorCode::kInvalid,
                 path + ": expected a regular file, found " + KindOf(status.st_mode)};
  }
  if (file.fd() < 0) return SystemError(path, EACCES);
  if (status.st_size <= 0) {
    return Error{ErrorCode::kInvalid, path + ": expected a file with content, found an empty one"};
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  void* memory = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd(), 0);
  if (memory == MAP_FAILED) return SystemError(path, errno);
  return MappedFile(path, file.Release(), VersionOf(status),
                    {static_cast<const std::byte*>(memory), size});
}

MappedFile::MappedFile(std::string path, int fd, const Version& version,
                       std::span<const std::byte> bytes)
    : path_(std::move(path)), fd_(fd), version_(version), bytes_(bytes) {}

MappedFile::Version MappedFile::VersionOf(const struct stat& status) {
  return {status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

MaybeError MappedFile::CheckUnchanged() const {
  struct stat status {};
  if (fstat(fd_, &status) != 0) return SystemError(path_, errno);
  if (VersionOf(status) == version_) return std::nullopt;
  return Error{ErrorCode::kIo, path_ + ": expected a file that stays as it is, found it changed " +
                                   "while it was read"};
}

bool MappedFile::IsAt(const std::string& path) const {
  struct stat own {};
  struct stat other {};
  return fstat(fd_, &own) == 0 && stat(path.c_str(), &other) == 0 && own.st_dev == other.st_dev &&
         own.st_ino == other.st_ino;
}

void MappedFile::Forget(std::span<const std::byte> part) const {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const auto first = static_cast<std::size_t>(part.data() - bytes_.data());
  CHECK(first <= bytes_.size() && part.size() <= bytes_.size() - first);
  const std::size_t begin = (first + page - 1) / page * page;
  const std::size_t end = (first + part.size()) / page * page;
  if (begin >= end) return;
  // Only advice: if the system ignores it, the memory is released later.
  madvise(const_cast<std::byte*>(bytes_.data()) + begin, end - begin, MADV_DONTNEED);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      version_(other.version_),
      bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  if (this != &other) {
    Close();
    path_ = std::move(other.path_);
    fd_ = std::exchange(other.fd_, -1);
    version_ = other.version_;
    bytes_ = std::exchange(other.bytes_, {});
  }
  return *this;
}

MappedFile::~MappedFile() { Close(); }

void MappedFile::Close() {
  if (!bytes_.empty()) munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
  if (fd_ >= 0) close(fd_);
  bytes_ = {};
  fd_ = -1;
}

}  // namespace edgevlm
