// PartFile: what has come of a file that is being downloaded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgevlm {

// The bytes lie in `path`.part, the ETag of the answer that they came with in `path`.part.etag.
// Every byte is handed to the operating system as it comes: whatever ends the program, the next one
// goes on from there. Threads: one. Errors of all functions: kIo (names the path), unless said.
class PartFile {
 public:
  // Opens what is there, or makes an empty part. Errors also: kInvalid (not a regular file).
  static Result<PartFile> Open(const std::string& path);

  PartFile(PartFile&& other) noexcept;
  PartFile& operator=(PartFile&&) = delete;
  ~PartFile();

  const std::string& path() const { return path_; }  // of the complete file
  std::uint64_t size() const { return size_; }
  const std::string& etag() const { return etag_; }  // empty: none was sent

  // Throws away all bytes; those to come belong to this ETag.
  MaybeError Restart(std::string_view etag);

  MaybeError Append(std::span<const std::byte> bytes);

  // Waits until the bytes are on the disk.
  MaybeError Sync();

  // Gives the file its name, in place of what has it. Call after Sync, last.
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
