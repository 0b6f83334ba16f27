// The safetensors format: a JSON header, then the bytes of tensors.
//
//   uint64 N, little-endian
//   N bytes of JSON: {"name": {"dtype": "F16", "shape": [2, 3], "data_offsets": [0, 12]}, ...};
//     the entry "__metadata__" holds texts and is ignored
//   data: offsets are relative to here; the tensors fill it without gaps or overlaps
// Source: github.com/huggingface/safetensors, README (2022).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "tensor/tensor_view.h"

namespace edgevlm {

// Limits of a file. The header's length is checked before it is parsed.
struct SafetensorsLimits {
  static constexpr std::uint64_t kHeaderBytes = 8 << 20;
  static constexpr std::size_t kTensors = 1 << 16;
  static constexpr std::size_t kNameBytes = 1024;
  static constexpr std::size_t kRank = 8;
};

// One tensor as it lies in the file.
struct SafetensorsTensor {
  std::string name;
  std::string dtype;                  // as the file spells it: "F32", "BF16", "I64"
  std::vector<std::int64_t> extents;  // row-major; none for a single value
  std::span<const std::byte> bytes;
};

// Validates the whole file: every returned tensor lies inside it, has as many bytes as its shape
// needs, and overlaps no other. Sorted by offset. `bytes` must outlive the result.
// Errors: kCorrupt, kTooLarge (names the limit), kUnsupported (a data type unknown to the format).
// Messages start with "safetensors".
Result<std::vector<SafetensorsTensor>> ParseSafetensors(std::span<const std::byte> bytes);

// The tensor as weights. Of five dimensions, as convolutions over time have them, the second and
// the third become one. Errors: kUnsupported (not F32, F16 or BF16; more than five dimensions),
// those of BytesOf (a dimension of 0).
Result<TensorView> ViewOf(const SafetensorsTensor& tensor);

}  // namespace edgevlm
