#include "base/embedded_files.h"

#include <cstdint>
#include <cstring>

#include "base/check.h"

namespace edgevlm {

std::vector<EmbeddedFile> ListEmbeddedFiles(std::string_view files) {
  std::vector<EmbeddedFile> list;
  while (!files.empty()) {
    const std::string_view name = files.substr(0, files.find('\0'));
    files.remove_prefix(name.size() + 1);
    std::uint64_t size = 0;
    CHECK(files.size() >= sizeof(size));
    std::memcpy(&size, files.data(), sizeof(size));
    files.remove_prefix(sizeof(size));
    CHECK(files.size() >= size);
    list.push_back({name, files.substr(0, size)});
    files.remove_prefix(size);
  }
  return list;
}

}  // namespace edgevlm
