// Q8 rows: KV rows quantized to int8 in blocks of 32 values that share a scale (Q8_0).
#pragma once

#include <span>

#include "kernels/variant.h"
#include "tensor/blocks.h"

namespace edgevlm {

constexpr int kQ8Block = 32;  // values

constexpr int Q8Blocks(int width) { return (width + kQ8Block - 1) / kQ8Block; }

// Quantizes a row. Block b of y holds x[32 b, 32 b + 32): scale = the greatest magnitude / 127 as
// float16, quants[i] = round(x[i] / scale); the rest of the last block is 0. Error of a value: half
// a scale. Blocks of zeros, and of values so small that the scale rounds to 0, become 0; values
// that are not finite become arbitrary finite ones. Variants differ only in the rounding of ties.
// Cost O(n), in the caller's thread.
//   y  [Q8Blocks(x.size())]
void QuantizeQ8Row(std::span<const float> x, BlockQ8_0* y);

// For tests and benchmarks: every variant in this binary.
using QuantizeQ8RowFunction = void (*)(const float* x, BlockQ8_0* y, int n);
const VariantList<QuantizeQ8RowFunction>& QuantizeQ8RowVariants();

void QuantizeQ8RowScalar(const float* x, BlockQ8_0* y, int n);
HighwayVariants<QuantizeQ8RowFunction> QuantizeQ8RowHighway();

}  // namespace edgevlm
