// Any bytes as a multipart body with the boundary "x". A crash or a sanitizer's report is the bug.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "server/parse/multipart.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  static_cast<void>(edgevlm::FormBoundary(body));
  const auto parts = edgevlm::ParseForm(body, "x");
  if (!parts) return 0;
  for (const edgevlm::FormPart& part : *parts) {
    CHECK(!part.name.empty());
    CHECK(body.data() <= part.bytes.data());
    CHECK(part.bytes.data() + part.bytes.size() <= body.data() + body.size());
  }
  return 0;
}
