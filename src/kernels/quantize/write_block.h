// WriteBlock: packs the parts of a block into its bytes; the inverse of BlockFormat::read.
#pragma once

#include <cstddef>

#include "tensor/blocks.h"

namespace edgevlm {

// Writes the bytes of one block, as tensor/blocks.h describes them, to any address.
// REQUIRES: a format with blocks; quants and factors of groups within
// the bits that the format has for them.
void WriteBlock(DType dtype, const BlockParts& parts, std::byte* block);

}  // namespace edgevlm
