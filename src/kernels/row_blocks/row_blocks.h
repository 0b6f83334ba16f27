// RowBlocks: a row of numbers as int8 in blocks of 32 that share a scale, the form in which a cache
// of keys and values holds it.
#pragma once

#include <span>

#include "kernels/variant.h"
#include "tensor/blocks.h"

namespace edgevlm {

constexpr int kRowBlock = 32;  // values

constexpr int RowBlocks(int width) { return (width + kRowBlock - 1) / kRowBlock; }

// Block b of y holds x[32 b, 32 b + 32): scale = the greatest magnitude / 127 as float16,
// levels[i] = round(x[i] / scale); what lies behind x is 0. Error of a value: half a scale. Blocks
// of zeros, and of values so small that the scale rounds to 0, become 0; values that are not finite
// become anything that is. Variants differ by the rounding of ties only. Cost O(n), in the caller's
// thread.
//   y  [RowBlocks(x.size())]
void WriteRowBlocks(std::span<const float> x, BlockQ8_0* y);

// For tests and benchmarks: every variant in this binary.
using WriteRowBlocksFunction = void (*)(const float* x, BlockQ8_0* y, int n);
const VariantList<WriteRowBlocksFunction>& WriteRowBlocksVariants();

void WriteRowBlocksScalar(const float* x, BlockQ8_0* y, int n);
HighwayVariants<WriteRowBlocksFunction> WriteRowBlocksHighway();

}  // namespace edgevlm
