// Specs, samples and run records of experiments, as users may change them.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "measure/experiment/run_record.h"
#include "measure/experiment/sample.h"
#include "measure/experiment/spec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto spec = edgevlm::ParseSpec(text, "fuzz")) {
    edgevlm::SetupOf(*spec, edgevlm::ConditionsOf(*spec).back(), {});
  }
  if (const auto sample = edgevlm::ReadSampleLine(text)) edgevlm::SampleLine(*sample);
  if (const auto record = edgevlm::ReadRunRecord(text)) edgevlm::RunRecordJson(*record);
  return 0;
}
