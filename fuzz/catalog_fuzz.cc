// Any bytes as a catalog of models. A crash, or a name that could leave its folder, is the bug.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "catalog/catalog.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto catalog = edgevlm::ParseCatalog({reinterpret_cast<const char*>(data), size});
  if (!catalog) return 0;
  for (const edgevlm::CatalogEntry& entry : *catalog) {
    CHECK(entry.name.find('/') == std::string::npos && !entry.name.starts_with('.'));
    CHECK(!entry.files.empty() && entry.files.size() <= 2);
    for (const edgevlm::CatalogFile& file : entry.files) {
      CHECK(file.name.find('/') == std::string::npos && !file.name.starts_with('.'));
    }
    (void)entry.bytes();
  }
  return 0;
}
