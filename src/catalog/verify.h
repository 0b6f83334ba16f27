// Verifies a file against its entry in the catalog.
#pragma once

#include <string>

#include "base/result.h"
#include "catalog/catalog.h"

namespace edgevlm {

// Reads the whole file and checks its size, then its SHA-256 against the catalog's or, if that has
// none, against `other_sha256` (from the host or from the time of the download) unless empty.
// Without any known digest the file must be a GGUF file that parses in full; damage inside its
// tensors then goes unnoticed. Returns the file's SHA-256. Errors, which start with the path:
// kNotFound, kIo, kCorrupt (another size or digest, not GGUF).
Result<std::string> VerifyFile(const std::string& path, const CatalogFile& file,
                               const std::string& other_sha256);

// The digest stored beside a file after its download, in the format of sha256sum; empty if none.
std::string ReadDigest(const std::string& path);
// Errors: kIo.
MaybeError WriteDigest(const std::string& path, const std::string& sha256);
inline std::string DigestPath(const std::string& path) { return path + ".sha256"; }

}  // namespace edgevlm
