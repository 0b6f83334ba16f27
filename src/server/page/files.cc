#include "server/page/files.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>

#include "base/check.h"

// In files.S.
extern "C" const char edgevlm_page_begin[];
extern "C" const char edgevlm_page_end[];

namespace edgevlm {
namespace {

struct TypeOfEnding {
  std::string_view ending;
  std::string_view type;
};
constexpr TypeOfEnding kTypes[] = {{".html", "text/html; charset=utf-8"},
                                   {".css", "text/css; charset=utf-8"},
                                   {".js", "text/javascript; charset=utf-8"},
                                   {".json", "application/json"},
                                   {".svg", "image/svg+xml"},
                                   {".webp", "image/webp"}};

std::string_view TypeOf(std::string_view name) {
  const auto found = std::ranges::find_if(
      kTypes, [&](const TypeOfEnding& entry) { return name.ends_with(entry.ending); });
  CHECK(found != std::end(kTypes));
  return found->type;
}

}  // namespace

std::optional<PageFile> FindPageFile(std::string_view name) {
  std::string_view rest(edgevlm_page_begin, edgevlm_page_end);
  while (!rest.empty()) {
    const std::string_view found = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(found.size() + 1);
    std::uint64_t size;
    std::memcpy(&size, rest.data(), sizeof(size));
    rest.remove_prefix(sizeof(size));
    if (found == name) return PageFile{TypeOf(name), rest.substr(0, size)};
    rest.remove_prefix(size);
  }
  return std::nullopt;
}

}  // namespace edgevlm
