// MappedFile: a file of the disk as bytes in memory, read-only.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/result.h"

namespace edgevlm {

// Owns the mapping; bytes() is valid while the object (or the one it was moved to) lives. Nothing
// is read until touched, and processes that map one file share its memory. The bytes start at a
// page boundary. The file must not be shortened while it is mapped: touching a lost page ends the
// process (SIGBUS), so replace model files by renaming, as GgufWriter does. Threads: const methods
// from any thread.
class MappedFile {
 public:
  // Regular, non-empty files only; a FIFO or a device is refused without waiting for it.
  // Errors, all starting with the path: kNotFound, kInvalid (not a regular file, empty), kIo.
  static Result<MappedFile> Open(const std::string& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}
  void Unmap();

  std::span<const std::byte> bytes_;
};

}  // namespace edgevlm
