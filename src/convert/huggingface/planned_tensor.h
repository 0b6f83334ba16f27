// PlannedTensor: one tensor of the GGUF file to be written, and where its values come from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "convert/huggingface/packed_matrix.h"
#include "tensor/tensor_view.h"

namespace edgevlm {

// How the values of a tensor are reordered.
enum class Change {
  kNone,          // copied; only the shape may differ
  kTransposed,    // [inputs, outputs] -> [outputs, inputs], for GPT-2's Conv1D
  kOneAdded,      // 1 is added to every value, for norms that are stored as a difference from 1
  kRopePermuted,  // rows from the rotate-half order to adjacent pairs, per head (RopeSourceRow)
  kPart,          // one part of several that the source interleaves (PartOf)
};

// The source is [outer, count, ...]: which index of the second extent is taken.
struct PartOf {
  std::int64_t outer = 1;
  int count = 1;
  int index = 0;
};

struct PlannedTensor {
  std::string name = {};  // in the GGUF file
  DType dtype = DType::kF32;
  Shape shape = {};              // of the result
  std::string source_name = {};  // in the checkpoint; for error messages
  TensorView source = {};        // F32, F16 or BF16
  Change change = Change::kNone;
  int heads = 1;                   // for kRopePermuted
  PartOf part = {};                // for kPart
  std::vector<float> values = {};  // computed values, instead of a source
  // Opens a quantized matrix, instead of a source; its scales take memory, so that only one is open
  // at a time. Empty: there is none.
  std::function<Result<PackedMatrix>()> open_packed = {};
  std::string obstacle = {};  // why the quants of that matrix are not kept; empty: they are
};

// The source row that becomes row `row` of the result, within a head of `width` rows. Hugging Face
// applies RoPE to rows i and i + width / 2 as a pair; llama.cpp's files pair adjacent rows. Row
// 2 i + h of the result is therefore row h * width / 2 + i of the source.
constexpr int RopeSourceRow(int row, int width) { return row % 2 * (width / 2) + row / 2; }

// The bytes of the result. Memory: the result and a few rows of the source.
// Errors: kInvalid (a finite value that overflows F16; names the tensor).
Result<std::vector<std::byte>> MakeBytes(const PlannedTensor& tensor);

// Sum over all tensors. REQUIRES: shapes that BytesOf accepts.
std::uint64_t TotalBytes(const std::vector<PlannedTensor>& tensors);

}  // namespace edgevlm
