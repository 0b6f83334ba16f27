// Any bytes as a safetensors file. A crash, a sanitizer's report, or a tensor outside of the file
// is the bug.
#include <cstddef>
#include <cstdint>
#include <span>

#include "checkpoint_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto tensors = edgevlm::ParseSafetensors(bytes);
  if (!tensors) return 0;
  edgevlm::CheckTensors(bytes, *tensors);
  const std::byte* end = nullptr;
  for (const edgevlm::SafetensorsTensor& tensor : *tensors) {
    CHECK(end == nullptr || tensor.bytes.data() == end);
    end = tensor.bytes.data() + tensor.bytes.size();
  }
  return 0;
}
