// MappedFile: a file of the disk as bytes in memory, read-only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"

struct stat;

namespace edgevlm {

// Owns the mapping; bytes() is valid while the object (or the one it was moved to) lives. Nothing
// is read until touched, and processes that map one file share its memory. The bytes start at a
// page boundary. The file must not be shortened while it is mapped: touching a lost page ends the
// process (SIGBUS), so replace model files by renaming, as GgufWriter does. For those who write in
// place: CheckedCopy survives a lost page, CheckUnchanged finds any other change. Threads: const
// methods from any thread.
class MappedFile {
 public:
  // Regular, non-empty files only; a FIFO or a device is refused without waiting for it.
  // Errors, all starting with the path: kNotFound, kInvalid (not a regular file, empty), kIo.
  static Result<MappedFile> Open(const std::string& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return bytes_; }

  // Says that a part of bytes() is not needed soon: its whole pages no longer count as memory of
  // this process, and come back from the file when touched again. Cost: one system call, and some
  // 10 ns per page. REQUIRES: part lies in bytes().
  void Forget(std::span<const std::byte> part) const;

  // Whether a path leads to this file: by another spelling, a hard or a symbolic link.
  bool IsAt(const std::string& path) const;

  // Whether the file still has the size and the time of change that it was opened with. Errors: kIo
  // (names the path). Cost: one system call.
  MaybeError CheckUnchanged() const;

 private:
  struct Version {
    std::int64_t bytes = 0;
    std::int64_t seconds = 0;  // of the last change
    std::int64_t nanoseconds = 0;

    bool operator==(const Version&) const = default;
  };

  MappedFile(std::string path, int fd, const Version& version, std::span<const std::byte> bytes);
  static Version VersionOf(const struct stat& status);
  void Close();

  std::string path_;
  int fd_ = -1;  // open for as long as the mapping is
  Version version_;
  std::span<const std::byte> bytes_;
};

}  // namespace edgevlm
