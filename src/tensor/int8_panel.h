// Int8 panel: the float weights of 16 neighboring outputs, rotated and quantized to int8, laid out
// like a packed block.
//
// The inputs of an output are rotated (RotateRow in rotation.h), as those of x will be. They fall
// into blocks of 64, the last one shorter; each block has a scale, its greatest magnitude / 127. A
// panel holds, block after block, the scales float32 [16] and then rows of 64 bytes: the quants
// (int8) of four neighboring inputs of each output.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tensor/packed_block.h"

namespace edgevlm {

inline constexpr int kInt8BlockInputs = 64;

// Bytes of one whole block of a panel.
inline constexpr int kInt8BlockBytes =
    kPackedOutputs * (static_cast<int>(sizeof(float)) + kInt8BlockInputs);

// Bytes of a panel. REQUIRES: inputs is a multiple of 4.
std::size_t Int8PanelBytes(int inputs);

// Writes a panel. rows: one per output, at most 16, all with the same number of finite values, a
// multiple of 4; missing outputs become zeros. Rotates the rows in place. Rounds to the nearest
// quant, ties to even.
void PackInt8Panel(std::span<const std::span<float>> rows, std::byte* panel);

// Copies the quants of the inputs [first, first + quants.size()) of one output, and returns the
// scale of their block. REQUIRES: they belong to one block.
float ReadInt8Panel(const std::byte* panel, int output, int first, std::span<std::int8_t> quants);

// Writes the weights of the inputs [first, first + values.size()) of one output, of `inputs`.
void DequantizeInt8Panel(const std::byte* panel, int output, int inputs, int first,
                         std::span<float> values);

}  // namespace edgevlm
