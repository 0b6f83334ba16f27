// OutputFile: a file that gets its name only when it is complete.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/result.h"

namespace edgevlm {

// What happens to an existing file of that name.
enum class Existing {
  kReplaced,  // by the new file, once that is complete; of a symbolic link, what it points to
  kKept,      // and nothing is written
};

// Whether a file of this name may be written. Errors: kInvalid, names the path (a directory or a
// device, which renaming would replace by a file; with Existing::kKept, any file, and any link),
// kIo (the name is too long, a folder of it cannot be searched).
MaybeError CheckOutput(const std::string& path, Existing existing);

// Writes to an unnamed file in the folder of `path`; Commit gives it the name. Until then, a
// process that is killed leaves nothing behind. On file systems without unnamed files (NFS, FAT),
// the file is called `path`.partial-PID-N, and the destructor removes it.
// Threads: one.
class OutputFile {
 public:
  // Errors: those of CheckOutput, kIo (names the path).
  static Result<OutputFile> Create(const std::string& path,
                                   Existing existing = Existing::kReplaced);

  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  // After a failure the file can no longer be committed. Errors: kIo.
  MaybeError Append(std::span<const std::byte> bytes);

  // Waits until the bytes are on the disk, then gives the file its name. Errors: kIo; kInvalid
  // (Existing::kKept, and a file of that name appeared meanwhile).
  MaybeError Commit();

 private:
  OutputFile(std::string path, std::string target, std::string partial_path, int fd,
             Existing existing);
  // Both return 0 or the errno.
  int NamePartial();
  int RenamePartial() const;
  Error Failure(int number);

  std::string path_;          // as given, for messages
  std::string target_;        // the target of links
  std::string partial_path_;  // empty: the file has no name, or its own
  int fd_;
  Existing existing_;
};

}  // namespace edgevlm
