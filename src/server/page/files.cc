#include "server/page/files.h"

#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "base/embedded_files.h"

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
  static const std::vector<EmbeddedFile> kFiles =
      ListEmbeddedFiles({edgevlm_page_begin, edgevlm_page_end});
  for (const EmbeddedFile& file : kFiles) {
    if (file.name == name) return PageFile{TypeOf(name), file.bytes};
  }
  return std::nullopt;
}

}  // namespace edgevlm
