// Download: brings one file over HTTP, going on where an earlier try ended.
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
  std::optional<std::uint64_t> bytes;  // how large the file must be; not set: what the server says
  bool allow_http = false;             // see CheckUrl
  int stall_timeout_ms = 30'000;
  int attempts = 4;          // in a row without a new byte, when the network fails
  int retry_wait_ms = 1000;  // before the second; doubles each time
  // Called with every piece: bytes that lie in the part, of all. May be empty.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
};

struct Downloaded {
  // The SHA-256 that the first host gave for the file it redirected to, as Hugging Face does; empty
  // when it gave none. It comes from another machine than the bytes.
  std::string host_sha256;
};

// Fills `part`. Its bytes are kept when their ETag is known and the server still has that file;
// otherwise it starts at zero. Redirects are followed, at most 8 in a row, each checked by
// CheckUrl. Never writes more bytes than `bytes` or the server promised, and none when the two
// differ or the disk has no room for them. On failure the part stays and can be gone on with.
// Errors: kNotFound (404, 410), kInvalid (an address that is refused; another size than expected),
// kTooLarge (more bytes than promised, too little room on the disk), kIo (network and disk).
Result<Downloaded> Download(const DownloadOptions& options, PartFile& part);

}  // namespace edgevlm
