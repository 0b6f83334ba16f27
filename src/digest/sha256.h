// SHA-256 (FIPS 180-4) of bytes and files.
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
  std::string Finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// Whether a text is a digest as Finish writes it.
bool IsSha256Digest(std::string_view text);

// Of a whole file, read in pieces: nothing is mapped, so a file that shrinks meanwhile does no
// harm. Errors: kNotFound, kIo; they start with the path.
Result<std::string> Sha256OfFile(const std::string& path);

}  // namespace edgevlm
