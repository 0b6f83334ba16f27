// LineFile: a file to which one process appends lines, and which is whole after a crash.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgevlm {

// Every line is appended at once, so a process that is killed at any moment leaves at most one line
// that is not complete; the next Open cuts it off. Whether lines survive a crash of the machine is
// decided by Sync.
// Threads: one. Only one process at a time has it open.
class LineFile {
 public:
  // Makes the file, or opens one and cuts off a last line that was not completed. writer: what the
  // processes are that write such files ("experiment"), for the message. Errors, which name the
  // file: kIo, kInvalid (another process writes it).
  static Result<LineFile> Open(const std::string& path, std::string_view writer);

  LineFile(LineFile&& other) noexcept;
  LineFile& operator=(LineFile&&) = delete;
  ~LineFile();

  const std::string& path() const { return path_; }
  std::int64_t bytes() const { return bytes_; }

  // The last line, without its end; empty if there is none. Errors: kIo.
  Result<std::string> LastLine() const;

  // Appends whole lines. Errors: kIo; what was written of them is cut off again.
  MaybeError Append(std::string_view lines);

  // Cuts the file. Errors: kIo. REQUIRES: 0 <= bytes <= bytes(), the end of a line.
  MaybeError CutTo(std::int64_t bytes);

  // Returns when everything is on the disk. Errors: kIo.
  MaybeError Sync() const;

 private:
  LineFile(std::string path, int file);
  MaybeError CutUnfinishedLine();
  Error Failure(int number) const;

  std::string path_;
  int file_;
  std::int64_t bytes_ = 0;
};

}  // namespace edgevlm
