// Int8 panel: the float weights of 16 neighboring outputs, rotated and quantized to int8, laid out
// like a packed block.
//
// The inputs of an output are rotated (RotateRow in rotation.h), as those of x will be. They fall
// into blocks, the last one shorter; each block has a scale, its greatest magnitude / 127. A block
// is the whole row, which makes products fastest, or kInt8BlockInputs, which rounds less. A panel
// holds, block after block, the scales float32 [16] and then rows of 64 bytes: the quants (int8) of
// four neighboring inputs of each output.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tensor/packed_block.h"

namespace edgevlm {

inline constexpr int kInt8BlockInputs = 64;

// The block of a whole row: more than any row has.
inline constexpr int kInt8WholeRow = 1 << 30;

// Inputs of a row that may be one block: sums of 2^16 products stay below 2^30.
inline constexpr int kMaxInt8RowInputs = 1 << 16;

inline constexpr int kInt8ScaleBytes = kPackedOutputs * static_cast<int>(sizeof(float));

// Where the quants of the inputs from `input` on start in a panel. REQUIRES: input is a multiple of
// 4.
constexpr std::size_t Int8QuantsAt(int input, int block) {
  return (static_cast<std::size_t>(input / block) + 1) * kInt8ScaleBytes +
         static_cast<std::size_t>(input) * kPackedOutputs;
}

// Bytes of a panel. REQUIRES: inputs is a multiple of 4.
std::size_t Int8PanelBytes(int inputs, int block);

// Writes a panel. rows: one per output, at most 16, all with the same number of finite values, a
// multiple of 4; missing outputs become zeros. Rotates the rows in place. Rounds to the nearest
// quant, ties to even.
void PackInt8Panel(std::span<const std::span<float>> rows, int block, std::byte* panel);

// Copies the quants of the inputs [first, first + quants.size()) of one output, and returns the
// scale of their block. REQUIRES: they belong to one block.
float ReadInt8Panel(const std::byte* panel, int output, int block, int first,
                    std::span<std::int8_t> quants);

// Writes the weights of the inputs [first, first + values.size()) of one output, of `inputs`.
void DequantizeInt8Panel(const std::byte* panel, int output, int inputs, int block, int first,
                         std::span<float> values);

}  // namespace edgevlm
