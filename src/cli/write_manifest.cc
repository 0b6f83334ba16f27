#include "cli/write_manifest.h"

#include <span>

namespace edgevlm {

MaybeError WriteManifest(const std::string& path, const std::vector<ManifestRow>& rows,
                         Existing existing) {
  auto file = OutputFile::Create(path, existing);
  if (!file) return file.error();
  const std::string text = ManifestText(rows);
  if (auto error = file->Append(std::as_bytes(std::span(text)))) return error;
  return file->Commit();
}

}  // namespace edgevlm
