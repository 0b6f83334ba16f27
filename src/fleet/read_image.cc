#include "fleet/read_image.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <system_error>

namespace edgevlm {
namespace {

Result<std::vector<std::byte>> ReadOpened(int file, const std::string& path) {
  const auto failed = [&path](int number) {
    return Error{number == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                 path + ": cannot be read: " + std::generic_category().message(number)};
  };
  struct stat status {};
  if (file < 0 || fstat(file, &status) != 0) return failed(errno);
  if (!S_ISREG(status.st_mode)) {
    return Error{ErrorCode::kInvalid, path + ": expected a regular file"};
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > kMaxImageFileBytes) {
    return Error{ErrorCode::kTooLarge,
                 path + ": expected at most 256 MiB, found " + std::to_string(size) + " bytes"};
  }
  std::vector<std::byte> bytes(size);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = read(file, bytes.data() + done, size - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(errno);
    if (count == 0) break;  // it became shorter
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

}  // namespace

Result<std::vector<std::byte>> ReadImageFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  try {
    auto bytes = ReadOpened(file, path);
    if (file >= 0) close(file);
    return bytes;
  } catch (const std::bad_alloc&) {
    if (file >= 0) close(file);
    return Error{ErrorCode::kTooLarge, path + ": no memory left to read it"};
  }
}

}  // namespace edgevlm
