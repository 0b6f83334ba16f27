// The files that are part of the binary: the page, its parts, and the description of the API.
#pragma once

#include <optional>
#include <string_view>

namespace edgevlm {

struct PageFile {
  std::string_view type;  // as Content-Type has it
  std::string_view bytes;
};

// Nothing for names that there are not. Threads: any.
std::optional<PageFile> FindPageFile(std::string_view name);

}  // namespace edgevlm
