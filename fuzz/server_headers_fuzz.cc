// Any bytes as the headers that access control reads. A crash or a sanitizer's report is the bug.
#include <cstddef>
#include <cstdint>

#include "base/ascii.h"
#include "base/check.h"
#include "server/parse/header_value.h"
#include "server/security.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string value(reinterpret_cast<const char*>(data), size);
  const edgevlm::AccessRules rules = {
      .keys = {"a-long-enough-key"}, .cors_origins = {"https://a"}, .host_names = {"a"}};
  edgevlm::Request head;
  for (const char* name : {"authorization", "host", "origin", "x-api-key"}) {
    head.headers[name] = value;
  }
  const bool has_key = value.find("a-long-enough-key") != std::string::npos;
  const bool is_basic = edgevlm::StartsWithIgnoringCase(value, "basic ");
  if (!has_key && !is_basic) CHECK(edgevlm::CheckKey(head, rules).has_value());
  static_cast<void>(edgevlm::CheckHost(head, rules));
  static_cast<void>(edgevlm::CheckOrigin(head, rules));
  static_cast<void>(edgevlm::HeaderParameter(value, "boundary"));
  return 0;
}
