// Any bytes as a model of whisper.cpp. A crash, a sanitizer's report, or a tensor outside of the
// file is the bug.
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"
#include "convert/huggingface/ggml_whisper.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto model = edgevlm::ParseGgmlWhisper(bytes);
  if (!model) return 0;
  for (const edgevlm::SafetensorsTensor& tensor : model->tensors) {
    CHECK(tensor.bytes.data() >= bytes.data());
    CHECK(tensor.bytes.data() + tensor.bytes.size() <= bytes.data() + bytes.size());
    const auto view = edgevlm::ViewOf(tensor);
    if (view) (void)edgevlm::ToFloats(*view);
  }
  return 0;
}
