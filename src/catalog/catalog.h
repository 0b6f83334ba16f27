// The catalog: the published models that `edgevlm models` knows by name (docs/models.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace edgevlm {

enum class FileRole { kModel, kMmproj };

// "model", "mmproj"
const char* NameOf(FileRole role);

struct CatalogFile {
  FileRole role = FileRole::kModel;
  std::string name;  // on the disk
  std::string url;
  std::optional<std::uint64_t> bytes;  // if known
  std::optional<std::string> sha256;   // if known; 64 lower-case hexadecimal digits
};

struct CatalogEntry {
  std::string name;  // what the user types; also the name of its folder
  std::string title;
  std::string family;       // of the decoder: GGUF's general.architecture
  std::string license;      // SPDX identifier, or a name
  std::string license_url;  // where to read it
  bool must_accept = false;
  int memory_mb = 0;               // to run it, approximately
  std::vector<CatalogFile> files;  // the model or its parts in order, then at most one mmproj
  std::string note;                // sources of the sizes and digests

  // The size of all files; nothing if one is not known.
  std::optional<std::uint64_t> bytes() const;
};

using Catalog = std::vector<CatalogEntry>;

// Names of entries and files must be plain file names ([A-Za-z0-9._-], not starting with a dot), so
// that a catalog cannot make `models pull` write outside its folder. Errors: kCorrupt; the message
// names the entry and the key.
Result<Catalog> ParseCatalog(std::string_view json);

// The catalog in the file that $EDGEVLM_CATALOG names, or the embedded one.
// Errors: those of ParseCatalog and of reading the file; they start with its path.
Result<Catalog> LoadCatalog();

// Errors: kNotFound; the message lists the known names.
Result<CatalogEntry> FindEntry(const Catalog& catalog, std::string_view name);

}  // namespace edgevlm
