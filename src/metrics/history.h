// History: an append-only log of JSON lines with a size limit.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgevlm {

// Appends lines to PATH. Before PATH would exceed max_bytes it is renamed to PATH.1, replacing the
// previous one, so the log takes at most twice max_bytes on disk. Threads: any.
class History {
 public:
  // REQUIRES: max_bytes >= 1.
  History(std::string path, std::int64_t max_bytes);

  // line: without the line end. A line that cannot be written (disk full, no permission) is lost;
  // the next call tries again. Errors: kIo.
  MaybeError Add(std::string_view line);

 private:
  const std::string path_;
  const std::int64_t max_bytes_;
  std::mutex mutex_;
};

}  // namespace edgevlm
