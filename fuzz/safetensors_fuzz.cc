// Any bytes as a safetensors file. A crash, a sanitizer's report, or a tensor outside of the file
// is the bug.
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"
#include "convert/huggingface/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto tensors = edgevlm::ParseSafetensors(bytes);
  if (!tensors) return 0;
  const std::byte* end = nullptr;
  for (const edgevlm::SafetensorsTensor& tensor : *tensors) {
    CHECK(tensor.bytes.data() >= bytes.data());
    CHECK(tensor.bytes.data() + tensor.bytes.size() <= bytes.data() + bytes.size());
    CHECK(end == nullptr || tensor.bytes.data() == end);
    end = tensor.bytes.data() + tensor.bytes.size();
    const auto view = edgevlm::ViewOf(tensor);
    if (view) (void)edgevlm::ToFloats(*view);
  }
  return 0;
}
