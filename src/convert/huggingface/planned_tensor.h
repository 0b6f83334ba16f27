// PlannedTensor: one tensor of the file to come, and where its values are from.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tensor/tensor_view.h"

namespace edgevlm {

// How the values of a tensor are rearranged.
enum class Change {
  kNone,        // they are not; only the extents may be others
  kTransposed,  // [inputs, outputs] -> [outputs, inputs], as of GPT-2's Conv1D
  kPairRows,    // rows of rotary halves -> neighbors, head by head (PairRow)
};

struct PlannedTensor {
  std::string name = {};  // in the GGUF file
  DType dtype = DType::kF32;
  Shape shape = {};              // of the result
  std::string source_name = {};  // in the checkpoint; for messages
  TensorView source = {};        // F32, F16 or BF16
  Change change = Change::kNone;
  int heads = 1;                   // for kPairRows
  std::vector<float> values = {};  // instead of a source: computed ones
};

// Which row of the source becomes row `row` of the result, within a head of `width` rows. Hugging
// Face turns row i together with row i + width / 2, the files of llama.cpp turn neighbors:
// row 2 i + h of the result is row h * width / 2 + i.
constexpr int PairRow(int row, int width) { return row % 2 * (width / 2) + row / 2; }

// The bytes of the result. Memory: those, and some of the source's rows.
// Errors: kInvalid (a finite value that the 16 bits of F16 can not hold; names the tensor).
Result<std::vector<std::byte>> MakeBytes(const PlannedTensor& tensor);

// Of all tensors together. REQUIRES: shapes that BytesOf accepts.
std::uint64_t TotalBytes(const std::vector<PlannedTensor>& tensors);

}  // namespace edgevlm
