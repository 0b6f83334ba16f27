// Any bytes as a saved session. A session that can be read must be written as the same bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"
#include "engine/reply/saved_session.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  (void)edgevlm::ReadSession(bytes);
  const auto session = edgevlm::ReadSessionBody(bytes);
  if (!session) return 0;
  const auto written = edgevlm::WriteSession(*session);
  const auto again = edgevlm::ReadSession(written);
  CHECK(again.ok());
  CHECK(std::ranges::equal(edgevlm::WriteSession(*again), written));
  return 0;
}
