// Profiles as `edgevlm profile --compare` reads them, and every form in which they are written.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "edgevlm/profiler.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto profile = edgevlm::ReadProfile({reinterpret_cast<const char*>(data), size});
  if (!profile) return 0;
  edgevlm::ProfileJson(*profile);
  edgevlm::ProfileTable(*profile);
  edgevlm::ProfileCsv(*profile);
  edgevlm::ProfileTrace(*profile);
  edgevlm::ProfileStacks(*profile);
  edgevlm::ProfileHtml(*profile);
  edgevlm::CompareTable(edgevlm::CompareProfiles(*profile, *profile));
  return 0;
}
