#include "metrics/history.h"

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

Error SystemError(const std::string& path) {
  return {ErrorCode::kIo, path + ": cannot be written: " + std::generic_category().message(errno)};
}

constexpr mode_t kOwnerOnly = 0600;

}  // namespace

History::History(std::string path, std::int64_t max_bytes)
    : path_(std::move(path)), max_bytes_(max_bytes) {
  CHECK(max_bytes >= 1);
}

MaybeError History::Add(std::string_view line) {
  const std::string text = std::string(line).append("\n");
  const std::lock_guard lock(mutex_);
  struct stat info {};
  const bool exists = stat(path_.c_str(), &info) == 0;
  if (exists && info.st_size + std::ssize(text) > max_bytes_) {
    if (std::rename(path_.c_str(), (path_ + ".1").c_str()) != 0) return SystemError(path_);
  }
  // Opened for each line, so that the file may be rotated or removed from outside.
  const int file = open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kOwnerOnly);
  if (file < 0) return SystemError(path_);
  const ssize_t written = write(file, text.data(), text.size());
  const MaybeError error =
      written == std::ssize(text) ? std::nullopt : MaybeError(SystemError(path_));
  close(file);
  return error;
}

}  // namespace edgevlm
