// OutputFile: a file that appears under its name only when it is complete.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/result.h"

namespace edgevlm {

// Writes to a new file beside `path`; Commit renames it. Without Commit the destructor removes it.
// Threads: one.
class OutputFile {
 public:
  // Errors: kInvalid (`path` is a directory, a device, ...), kIo; both name the path.
  static Result<OutputFile> Create(const std::string& path);

  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  // After a failure the file can not be committed any more. Errors: kIo.
  MaybeError Append(std::span<const std::byte> bytes);

  // Waits until the bytes are on the disk, then gives the file its name. Errors: kIo.
  MaybeError Commit();

 private:
  OutputFile(std::string path, std::string partial_path, int fd);
  Error Failure(int number);

  std::string path_;
  std::string partial_path_;  // empty once committed
  int fd_;
};

}  // namespace edgevlm
