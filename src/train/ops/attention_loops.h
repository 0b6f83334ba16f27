// The loops of PackedAttention, per image and head.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/cpu.h"
#include "train/ops/packed_sizes.h"

namespace edgevlm::train {

struct AttentionData {
  PackedSizes sizes;
  int width = 0;                         // d
  const float* qkv = nullptr;            // [rows, 3D]
  const std::int32_t* starts = nullptr;  // [B, M, L]
  float* highest = nullptr;              // [rows, H]: the greatest score of each row
  float* inverse_sum = nullptr;          // [rows, H]: 1 / sum of exp(score - highest)
  float* out = nullptr;                  // [rows, D], of the forward pass
  const float* out_gradient = nullptr;   // [rows, D]
  float* qkv_gradient = nullptr;         // [rows, 3D]
};

// Writes out, highest and inverse_sum of the tasks [first, end); task b * H + h is head h of
// image b. Allocates about 300 kB.
void AttendForward(Isa isa, const AttentionData& data, int first, int end);

// Writes qkv_gradient from out_gradient, highest and inverse_sum.
void AttendBackward(Isa isa, const AttentionData& data, int first, int end);

}  // namespace edgevlm::train
