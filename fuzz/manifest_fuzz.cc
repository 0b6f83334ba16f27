// Any bytes as a manifest. One that does not survive being written again is the bug.
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>

#include "base/check.h"
#include "eval/datasets/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  const auto manifest = edgevlm::ParseManifest(in, "manifest.csv", "folder");
  if (!manifest) return 0;
  std::istringstream written(edgevlm::ManifestText(manifest->rows));
  const auto again = edgevlm::ParseManifest(written, "again.csv", "folder");
  CHECK(again.ok());
  CHECK(again->rows == manifest->rows);
  return 0;
}
