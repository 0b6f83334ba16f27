// PartFile: the received bytes of a partial download.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgevlm {

// The bytes are in `path`.part, the ETag of their response in `path`.part.etag. Nothing is buffered
// in the program, so the next one can resume however this one ends. Threads: one. Errors of all
// functions: kIo (names the path), unless noted.
class PartFile {
 public:
  // Opens an existing part or creates an empty one. Errors also: kInvalid (not a regular file).
  static Result<PartFile> Open(const std::string& path);

  PartFile(PartFile&& other) noexcept;
  PartFile& operator=(PartFile&&) = delete;
  ~PartFile();

  const std::string& path() const { return path_; }  // of the complete file
  std::uint64_t size() const { return size_; }
  const std::string& etag() const { return etag_; }  // empty: none

  // Discards all bytes; the next ones belong to this ETag.
  MaybeError Restart(std::string_view etag);

  MaybeError Append(std::span<const std::byte> bytes);

  // Flushes the bytes to disk.
  MaybeError Sync();

  // Renames the part to `path`, replacing what is there. Call after Sync, last.
  MaybeError Commit();

  // Removes the part and its ETag. Call last.
  void Remove();

  // The names of the two files.
  static std::string PartPath(const std::string& path) { return path + ".part"; }
  static std::string EtagPath(const std::string& path) { return path + ".part.etag"; }

 private:
  PartFile(std::string path, int fd, std::uint64_t size, std::string etag);
  Error Failure(int number) const;

  std::string path_;
  int fd_;
  std::uint64_t size_;
  std::string etag_;
};

}  // namespace edgevlm
