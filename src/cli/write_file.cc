#include "cli/write_file.h"

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace edgevlm {

MaybeError WriteFile(const std::string& path, std::span<const std::byte> bytes) {
  const auto failed = [&path] {
    return Error{ErrorCode::kIo,
                 path + ": can not be written: " + std::generic_category().message(errno)};
  };
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return failed();
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  if (std::fclose(file) != 0 || !written) return failed();
  return {};
}

}  // namespace edgevlm
