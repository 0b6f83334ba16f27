// DType: the storage format of a tensor. The numbers are those of GGUF.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "tensor/shape.h"

namespace edgevlm {

// Plain formats hold one value per block. Quantized ones hold 32 or 256 values per block, with the
// scale (and the minimum) of the block beside them; blocks run along the last extent.
enum class DType : std::uint32_t {
  kF32 = 0,
  kF16 = 1,
  kQ4_0 = 2,
  kQ4_1 = 3,
  kQ5_0 = 6,
  kQ5_1 = 7,
  kQ8_0 = 8,
  kQ2_K = 10,
  kQ3_K = 11,
  kQ4_K = 12,
  kQ5_K = 13,
  kQ6_K = 14,
  kIQ4_NL = 20,
  kIQ4_XS = 23,
  kBF16 = 30,
};

struct DTypeInfo {
  DType dtype;
  std::string_view name;  // "F32", "Q4_K"
  int block_values;       // values per block
  int block_bytes;        // bytes per block
};

// Every format that EdgeVLM reads.
std::span<const DTypeInfo> DTypes();

// REQUIRES: dtype is one of the enumerators.
const DTypeInfo& InfoOf(DType dtype);

inline std::string_view NameOf(DType dtype) { return InfoOf(dtype).name; }

// Nothing for an id that EdgeVLM does not know.
std::optional<DType> DTypeFromId(std::uint32_t id);

// The number of values of a tensor.
// Errors: kCorrupt (rank 0, an extent below 1), kTooLarge (the product leaves 63 bits).
Result<std::uint64_t> ValuesOf(const Shape& shape);

// The bytes that a tensor takes. Errors: those of ValuesOf; kCorrupt when the last extent is not a
// multiple of the block; kTooLarge. Messages start with "shape [...]".
Result<std::uint64_t> BytesOf(DType dtype, const Shape& shape);

}  // namespace edgevlm
