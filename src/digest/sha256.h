// SHA-256 digests (FIPS 180-4) of bytes and files.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgevlm {

// Threads: one.
class Sha256 {
 public:
  Sha256();
  ~Sha256();

  void Update(std::span<const std::byte> bytes);

  // The digest as 64 lower-case hexadecimal digits. Call once, last.
  std::string HexDigest();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// Whether a text is a digest in the form of HexDigest.
bool IsSha256Digest(std::string_view text);

// The digest of a whole file. It is read in pieces, not mapped, so a file that shrinks meanwhile is
// harmless. Errors: kNotFound, kIo; messages start with the path.
Result<std::string> Sha256OfFile(const std::string& path);

}  // namespace edgevlm
