// Is a file what the catalog says?
#pragma once

#include <string>

#include "base/result.h"
#include "catalog/catalog.h"

namespace edgevlm {

// Reads the whole file: its size, then its SHA-256 against the catalog's or, where that has none,
// against `other_sha256` (from the host, or as it was when it was downloaded) if not empty. A file
// without any known digest must be a GGUF file that parses in full; damage inside its tensors then
// stays unseen. Returns the file's SHA-256. Errors, which start with the path: kNotFound, kIo,
// kCorrupt (another size or digest, not GGUF).
Result<std::string> VerifyFile(const std::string& path, const CatalogFile& file,
                               const std::string& other_sha256);

// The digest that a downloaded file had, kept beside it in the form of sha256sum; empty: none kept.
std::string ReadDigest(const std::string& path);
// Errors: kIo.
MaybeError WriteDigest(const std::string& path, const std::string& sha256);
inline std::string DigestPath(const std::string& path) { return path + ".sha256"; }

}  // namespace edgevlm
