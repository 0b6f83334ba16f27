#include "cli/input.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace edgevlm {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 16;

Error SystemError(const std::string& name, int number) {
  return {number == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
          name + ": cannot be read: " + std::generic_category().message(number)};
}

Result<std::vector<std::byte>> ReadAll(std::FILE* file, const std::string& name) {
  std::vector<std::byte> bytes;
  for (;;) {
    const std::size_t size = bytes.size();
    bytes.resize(size + kChunkBytes);
    const std::size_t read = std::fread(bytes.data() + size, 1, kChunkBytes, file);
    bytes.resize(size + read);
    if (std::ferror(file) != 0) return SystemError(name, errno);
    if (bytes.size() > kMaxInputBytes) {
      return Error{ErrorCode::kTooLarge, name + ": expected at most 256 MiB"};
    }
    if (read < kChunkBytes) return bytes;
  }
}

}  // namespace

Result<std::vector<std::byte>> ReadInput(const std::string& path) {
  if (path == "-") return ReadAll(stdin, "standard input");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (file == nullptr) return SystemError(path, errno);
  return ReadAll(file.get(), path);
}

}  // namespace edgevlm
