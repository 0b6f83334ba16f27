// Int8 panel: float weights of 16 neighboring outputs as 8-bit levels, laid out as slabs are.
//
// The inputs of an output fall into blocks of 128, the last one shorter; each block has a scale,
// its greatest magnitude / 127. A panel holds, block after block, the scales float32 [16] and then
// rows of 64 bytes: the levels (int8) of four neighboring inputs of each output.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tensor/slab.h"

namespace edgevlm {

inline constexpr int kInt8BlockInputs = 128;

// Bytes of one whole block of a panel.
inline constexpr int kInt8BlockBytes =
    kSlabOutputs * (static_cast<int>(sizeof(float)) + kInt8BlockInputs);

// Bytes of a panel. REQUIRES: inputs is a multiple of 4.
std::size_t Int8PanelBytes(int inputs);

// Writes a panel. rows: one per output, at most 16, all of so many finite values, a multiple of 4;
// the outputs beyond get zeros. Rounds to the nearest level, ties to even.
void PackInt8Panel(std::span<const std::span<const float>> rows, std::byte* panel);

// Levels of the inputs [first, first + levels.size()) of one output, and the scale of their block.
// REQUIRES: they are of one block.
float ReadInt8Panel(const std::byte* panel, int output, int first, std::span<std::int8_t> levels);

}  // namespace edgevlm
