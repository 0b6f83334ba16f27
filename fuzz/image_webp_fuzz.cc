#include "image_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  edgevlm::FuzzFormat(data, size, edgevlm::ProbeWebp, edgevlm::DecodeWebp);
  return 0;
}
