// Dequantize: the values of a stored tensor as float32; the specification of every format.
#pragma once

#include <cstddef>
#include <span>

#include "tensor/blocks.h"
#include "tensor/dtype.h"

namespace edgevlm {

// values[i] = what `bytes`, stored as dtype, mean; bytes may lie at any address. Every format is
// exact in float32 but for those with a minimum, which round once (blocks.h).
// REQUIRES: bytes hold whole blocks, values.size() values in all. Cost: some ns per value.
void Dequantize(DType dtype, std::span<const std::byte> bytes, std::span<float> values);

// The values of one block that was taken apart: values [format.values].
void Dequantize(const BlockFormat& format, const BlockParts& parts, float* values);

}  // namespace edgevlm
