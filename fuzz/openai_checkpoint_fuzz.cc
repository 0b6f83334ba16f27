// Any bytes as a checkpoint of OpenAI, and as the pickle in one. A crash, a sanitizer's report, or
// a tensor outside of the file is the bug.
#include <cstddef>
#include <cstdint>
#include <span>

#include "checkpoint_fuzz.h"
#include "convert/huggingface/openai_checkpoint.h"
#include "convert/huggingface/pickle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto model = edgevlm::ParseOpenAiWhisper(bytes);
  if (model) edgevlm::CheckTensors(bytes, model->tensors);
  (void)edgevlm::Pickle::Parse(bytes);
  (void)edgevlm::ParseTiktoken({reinterpret_cast<const char*>(data), size});
  return 0;
}
