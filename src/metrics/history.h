// History: a log of JSON lines that never grows beyond what it was given.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgevlm {

// Appends lines to PATH; when that would be over its bytes, PATH becomes PATH.1 (and the one before
// is gone). So at most twice max_bytes lie on the disk. Threads: any.
class History {
 public:
  // REQUIRES: max_bytes >= 1.
  History(std::string path, std::int64_t max_bytes);

  // line: without its end. A line that can not be written (no room, no permission) is an error and
  // is lost; later ones are tried again. Errors: kIo.
  MaybeError Add(std::string_view line);

 private:
  const std::string path_;
  const std::int64_t max_bytes_;
  std::mutex mutex_;
};

}  // namespace edgevlm
