// Dequantize: converts a stored tensor to float32; the specification of every format.
#pragma once

#include <cstddef>
#include <span>

#include "tensor/blocks.h"
#include "tensor/dtype.h"

namespace edgevlm {

// Converts `bytes`, stored as dtype and unaligned, to values. Every format is exact in float32 but
// those with a minimum, which round once (blocks.h).
// REQUIRES: bytes hold whole blocks, values.size() values in all. Cost: some ns per value.
void Dequantize(DType dtype, std::span<const std::byte> bytes, std::span<float> values);

// The values of one unpacked block: values [format.values].
void Dequantize(const BlockFormat& format, const BlockParts& parts, float* values);

}  // namespace edgevlm
