// Any bytes as a configuration file. A crash or a sanitizer's report is the bug.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "config/yaml_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto settings = edgevlm::ParseConfig(text, "file");
  if (!settings) CHECK(settings.error().message.starts_with("file"));
  return 0;
}
