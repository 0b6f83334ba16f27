// Any bytes as the header lines of an HTTP response. A crash or a sanitizer's report is the bug.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "catalog/http_headers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  edgevlm::HttpResponse response;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    edgevlm::ReadHeader(line, response);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  CHECK(response.etag.empty() || response.etag.front() == '"');
  CHECK(response.linked_sha256.empty() || response.linked_sha256.size() == 64);
  return 0;
}
