// Files that an assembler source made part of this program.
#pragma once

#include <string_view>
#include <vector>

namespace edgevlm {

struct EmbeddedFile {
  std::string_view name;
  std::string_view bytes;
};

// files: one behind the other, each as name, zero byte, size in 8 bytes, bytes. In that order.
std::vector<EmbeddedFile> ListEmbeddedFiles(std::string_view files);

}  // namespace edgevlm
