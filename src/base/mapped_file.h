// MappedFile: a read-only memory mapping of a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"

struct stat;

namespace edgevlm {

// Owns the mapping; bytes() is valid while the object (or the one it was moved to) lives. Pages are
// read on first access, and processes that map the same file share them. The bytes start at a page
// boundary. The file must not be truncated while it is mapped: reading a lost page ends the process
// (SIGBUS), so replace model files by renaming, as GgufWriter does. Against programs that write in
// place, CheckedCopy survives a lost page, and CheckUnchanged detects other changes. Threads: const
// methods from any thread.
class MappedFile {
 public:
  // Regular, non-empty files only; a FIFO or a device is rejected without waiting for it.
  // Errors, all starting with the path: kNotFound, kInvalid (not a regular file, empty), kIo.
  static Result<MappedFile> Open(const std::string& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return bytes_; }

  // Advises that a part of bytes() is not needed soon: its whole pages no longer count as memory of
  // this process, and are read from the file again on access. Cost: one system call, and some
  // 10 ns per page. REQUIRES: part lies in bytes().
  void Forget(std::span<const std::byte> part) const;

  // Whether a path leads to this file: by another spelling, a hard or a symbolic link.
  bool IsAt(const std::string& path) const;

  // Whether the file still has the size and the modification time that it had when opened. Errors:
  // kIo (names the path). Cost: one system call.
  MaybeError CheckUnchanged() const;

 private:
  struct Version {
    std::int64_t bytes = 0;
    std::int64_t seconds = 0;  // of the last modification
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
