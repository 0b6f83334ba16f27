// Any bytes as a model of whisper.cpp. A crash, a sanitizer's report, or a tensor outside of the
// file is the bug.
#include <cstddef>
#include <cstdint>
#include <span>

#include "checkpoint_fuzz.h"
#include "convert/huggingface/ggml_whisper.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto model = edgevlm::ParseGgmlWhisper(bytes);
  if (model) edgevlm::CheckTensors(bytes, model->tensors);
  return 0;
}
