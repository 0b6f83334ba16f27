// Any bytes as a SentencePiece model. A crash or a sanitizer's report is the bug.
#include <cstddef>
#include <cstdint>
#include <span>

#include "convert/huggingface/sentence_piece_model.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)edgevlm::ParseSentencePieceModel(std::as_bytes(std::span(data, size)));
  return 0;
}
