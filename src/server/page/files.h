// The embedded files: the web page, its parts, and the description of the API.
#pragma once

#include <optional>
#include <string_view>

namespace edgevlm {

struct PageFile {
  std::string_view type;  // Content-Type
  std::string_view bytes;
};

// Nothing for unknown names. Threads: any.
std::optional<PageFile> FindPageFile(std::string_view name);

}  // namespace edgevlm
