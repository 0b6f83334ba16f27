#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"
#include "image/orient.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int orientation = edgevlm::ExifOrientation(std::as_bytes(std::span(data, size)));
  CHECK(1 <= orientation && orientation <= 8);
  return 0;
}
