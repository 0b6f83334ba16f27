#include "base/line_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/check.h"

namespace edgevlm {
namespace {

// The position after the last end of a line in [0, end); 0 if there is none, negative: a failure.
std::int64_t EndOfLastLine(int file, std::int64_t end) {
  std::array<char, 4096> chunk;
  while (end > 0) {
    const auto size = std::min<std::int64_t>(end, static_cast<std::int64_t>(chunk.size()));
    const ssize_t count = pread(file, chunk.data(), static_cast<std::size_t>(size), end - size);
    if (count != size) return -1;
    const std::string_view text(chunk.data(), static_cast<std::size_t>(size));
    const std::size_t found = text.rfind('\n');
    if (found != std::string_view::npos) {
      return end - size + static_cast<std::int64_t>(found) + 1;
    }
    end -= size;
  }
  return 0;
}

// A new name is on the disk only when its folder is.
bool SyncFolderOf(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const int folder =
      open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return false;
  const bool is_synced = fsync(folder) == 0 || errno == EINVAL || errno == ENOTSUP;
  close(folder);
  return is_synced;
}

}  // namespace

Result<LineFile> LineFile::Open(const std::string& path, std::string_view writer) {
  LineFile lines(path, open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (lines.file_ < 0) return lines.Failure(errno);
  if (flock(lines.file_, LOCK_EX | LOCK_NB) != 0) {
    return Error{ErrorCode::kInvalid, path + ": expected to be the only " + std::string(writer) +
                                          " that writes it, found another process"};
  }
  if (auto error = lines.CutUnfinishedLine()) return *error;
  if (lines.bytes_ == 0 && !SyncFolderOf(path)) return lines.Failure(errno);
  return lines;
}

LineFile::LineFile(std::string path, int file) : path_(std::move(path)), file_(file) {}

LineFile::LineFile(LineFile&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)), bytes_(other.bytes_) {}

LineFile::~LineFile() {
  if (file_ >= 0) close(file_);
}

Error LineFile::Failure(int number) const {
  return {ErrorCode::kIo, path_ + ": " + std::generic_category().message(number)};
}

MaybeError LineFile::CutUnfinishedLine() {
  struct stat status {};
  if (fstat(file_, &status) != 0) return Failure(errno);
  bytes_ = status.st_size;
  const std::int64_t end = EndOfLastLine(file_, bytes_);
  if (end < 0) return Failure(EIO);
  return CutTo(end);
}

Result<std::string> LineFile::LastLine() const {
  if (bytes_ == 0) return std::string();
  const std::int64_t begin = EndOfLastLine(file_, bytes_ - 1);
  if (begin < 0) return Failure(EIO);
  std::string line(static_cast<std::size_t>(bytes_ - 1 - begin), '\0');
  if (pread(file_, line.data(), line.size(), begin) != static_cast<ssize_t>(line.size())) {
    return Failure(EIO);
  }
  return line;
}

MaybeError LineFile::Append(std::string_view lines) {
  const std::string_view all = lines;
  while (!lines.empty()) {
    const ssize_t count = write(file_, lines.data(), lines.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const Error failure = Failure(errno);
      if (ftruncate(file_, bytes_) == 0) lseek(file_, bytes_, SEEK_SET);
      return failure;
    }
    lines.remove_prefix(static_cast<std::size_t>(count));
  }
  bytes_ += static_cast<std::int64_t>(all.size());
  return {};
}

MaybeError LineFile::CutTo(std::int64_t bytes) {
  CHECK(0 <= bytes && bytes <= bytes_);
  if (ftruncate(file_, bytes) != 0) return Failure(errno);
  if (lseek(file_, bytes, SEEK_SET) < 0) return Failure(errno);
  bytes_ = bytes;
  return {};
}

MaybeError LineFile::Sync() const {
  if (fdatasync(file_) != 0) return Failure(errno);
  return {};
}

}  // namespace edgevlm
