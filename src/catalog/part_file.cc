#include "catalog/part_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace edgevlm {
namespace {

constexpr std::size_t kMaxEtagBytes = 1024;

Error WriteError(const std::string& path, int number) {
  return Error{ErrorCode::kIo, PartFile::PartPath(path) + ": cannot be written: " +
                                   std::generic_category().message(number)};
}

// Empty if there is none or it is malformed.
std::string ReadEtag(const std::string& path) {
  std::FILE* file = std::fopen(PartFile::EtagPath(path).c_str(), "rbe");
  if (file == nullptr) return {};
  std::array<char, kMaxEtagBytes + 1> text;
  const std::size_t size = std::fread(text.data(), 1, text.size(), file);
  std::fclose(file);
  const std::string etag(text.data(), size);
  const bool is_one_line = etag.find_first_of("\r\n") == std::string::npos;
  return size <= kMaxEtagBytes && is_one_line ? etag : std::string();
}

bool WriteEtag(const std::string& path, std::string_view etag) {
  const std::string etag_path = PartFile::EtagPath(path);
  unlink(etag_path.c_str());
  if (etag.empty()) return true;
  std::FILE* file = std::fopen(etag_path.c_str(), "wbe");
  if (file == nullptr) return false;
  const bool written = std::fwrite(etag.data(), 1, etag.size(), file) == etag.size();
  return std::fclose(file) == 0 && written;
}

}  // namespace

PartFile::PartFile(std::string path, int fd, std::uint64_t size, std::string etag)
    : path_(std::move(path)), fd_(fd), size_(size), etag_(std::move(etag)) {}

PartFile::PartFile(PartFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      size_(other.size_),
      etag_(std::move(other.etag_)) {}

PartFile::~PartFile() {
  if (fd_ >= 0) close(fd_);
}

Result<PartFile> PartFile::Open(const std::string& path) {
  const std::string part = PartPath(path);
  const int fd =
      open(part.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
  if (fd < 0) return WriteError(path, errno);
  struct stat status {};
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(fd);
    return Error{ErrorCode::kInvalid, part + ": expected a regular file or none, found another"};
  }
  return PartFile(path, fd, static_cast<std::uint64_t>(status.st_size), ReadEtag(path));
}

MaybeError PartFile::Restart(std::string_view etag) {
  if (etag.size() > kMaxEtagBytes) etag = {};
  // In this order, so that the bytes never have the ETag of another file.
  if (ftruncate(fd_, 0) != 0) return Failure(errno);
  size_ = 0;
  if (!WriteEtag(path_, etag)) return Failure(errno);
  etag_ = etag;
  return {};
}

MaybeError PartFile::Append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failure(errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    size_ += static_cast<std::uint64_t>(written);
  }
  return {};
}

MaybeError PartFile::Sync() {
  if (fsync(fd_) != 0) return Failure(errno);
  return {};
}

MaybeError PartFile::Commit() {
  if (std::rename(PartPath(path_).c_str(), path_.c_str()) != 0) return Failure(errno);
  unlink(EtagPath(path_).c_str());
  return {};
}

void PartFile::Remove() {
  unlink(PartPath(path_).c_str());
  unlink(EtagPath(path_).c_str());
}

Error PartFile::Failure(int number) const { return WriteError(path_, number); }

}  // namespace edgevlm
