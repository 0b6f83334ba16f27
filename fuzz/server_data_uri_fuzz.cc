// Any bytes as a data URI. A crash or a sanitizer's report is the bug.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "server/parse/data_uri.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view uri(reinterpret_cast<const char*>(data), size);
  const auto bytes = edgevlm::DecodeDataUri(uri);
  if (bytes) CHECK(!bytes->empty() && bytes->size() < size);
  return 0;
}
