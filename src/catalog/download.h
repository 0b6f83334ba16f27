// Download: downloads one file over HTTP and resumes partial downloads.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "catalog/part_file.h"

namespace edgevlm {

struct DownloadOptions {
  std::string url;
  std::optional<std::uint64_t> bytes;  // required size of the file; empty: what the server reports
  bool allow_http = false;             // see CheckUrl
  int stall_timeout_ms = 30'000;
  int attempts = 4;          // consecutive ones without a new byte, when the network fails
  int retry_wait_ms = 1000;  // before the second attempt; doubles each time
  // Called after each piece, with the bytes received and the size of the file. May be empty.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
};

struct Downloaded {
  // The SHA-256 that the first host sent with its redirect, as Hugging Face does; empty if it sent
  // none. It comes from another machine than the bytes.
  std::string host_sha256;
};

// Completes `part`. Resumes if the ETag of its bytes is known and the server still has that file;
// otherwise it starts at zero. Follows at most 8 redirects, each checked by CheckUrl. Never writes
// more bytes than `bytes` or the server announced, and none if the two differ or the disk is too
// small. On failure the part is kept for the next attempt.
// Errors: kNotFound (404, 410), kInvalid (a URL that is not allowed; another size than expected),
// kTooLarge (more bytes than announced, not enough disk space), kIo (network and disk).
Result<Downloaded> Download(const DownloadOptions& options, PartFile& part);

}  // namespace edgevlm
