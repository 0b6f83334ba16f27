// TensorView: a stored tensor in memory that the caller owns, for example a mapped file.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/result.h"
#include "tensor/dtype.h"
#include "tensor/shape.h"

namespace edgevlm {

// Copying copies the view, not the values. `bytes` holds exactly BytesOf(dtype, shape) bytes.
struct TensorView {
  DType dtype = DType::kF32;
  Shape shape;
  std::span<const std::byte> bytes;
};

// The values in row-major order, from any format. Allocates 4 bytes per value, at most thirteen
// times the bytes of the tensor, and temporarily a copy of those. Errors: those of BytesOf,
// kCorrupt (`bytes` has another length), kIo (the mapped file that holds them was truncated).
Result<std::vector<float>> ToFloats(const TensorView& tensor);

// The inverse for F32, F16 and BF16 (rounded to nearest even). Errors: kUnsupported for other
// formats; kernels/quantize writes those.
Result<std::vector<std::byte>> FromFloats(std::span<const float> values, DType dtype);

}  // namespace edgevlm
