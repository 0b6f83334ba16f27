// Any bytes as an importance matrix. A crash or a sanitizer's report is the bug.
#include <cstddef>
#include <cstdint>
#include <span>

#include "gguf/importance_matrix.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto matrix = edgevlm::ImportanceMatrix::Parse(std::as_bytes(std::span(data, size)));
  if (matrix) {
    for (const auto& entry : matrix->entries) (void)entry.second.MeanSquares();
  }
  return 0;
}
