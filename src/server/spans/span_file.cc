#include "server/spans/span_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <random>
#include <system_error>
#include <utility>

namespace edgevlm {
namespace {

constexpr mode_t kOwnerOnly = 0600;  // it says who asked when

std::string CannotBeWritten(const std::string& path, int error) {
  return "spans: " + path + ": cannot be written: " + std::generic_category().message(error);
}

std::uint64_t RandomSeed() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace

Result<std::unique_ptr<SpanFile>> SpanFile::Open(const std::string& path,
                                                 std::function<void(const std::string&)> on_error) {
  // Without O_NONBLOCK, a pipe that nobody reads would stop the server.
  const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK;
  const int file = open(path.c_str(), flags, kOwnerOnly);
  if (file < 0) return Error{ErrorCode::kIo, CannotBeWritten(path, errno)};
  return std::unique_ptr<SpanFile>(new SpanFile(file, path, std::move(on_error)));
}

SpanFile::SpanFile(int file, std::string path, std::function<void(const std::string&)> on_error)
    : file_(file), path_(std::move(path)), on_error_(std::move(on_error)), ids_(RandomSeed()) {}

SpanFile::~SpanFile() { close(file_); }

void SpanFile::Write(const RequestSpan& span) {
  const std::lock_guard lock(mutex_);
  // After a line that was cut off: nothing may be appended to it.
  std::string text = is_cut_ ? "\n" : "";
  text.append(OtlpLine(span, ids_)).append("\n");
  const ssize_t written = write(file_, text.data(), text.size());
  const bool is_whole = written == std::ssize(text);
  const int error = written < 0 ? errno : ENOSPC;
  if (written > 0) is_cut_ = !is_whole;
  if (!is_whole && !is_failing_) on_error_(CannotBeWritten(path_, error));
  is_failing_ = !is_whole;
}

}  // namespace edgevlm
