// Rotary position embeddings (Su et al. 2021, "RoFormer"): pairs of a head's values are rotated by
// an angle proportional to the position, so that scores depend only on the distance of query and
// key.
#pragma once

#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/variant.h"
#include "tensor/view.h"

namespace edgevlm {

// Which two of a head's first r values make pair i < r / 2.
enum class RopePairs {
  kNeighbors,  // 2 i and 2 i + 1, as llama's weights are stored in GGUF
  kHalves,     // i and i + r / 2 ("neox"), as qwen2's are
};

// The angle of pair i per position: scale * base^(-2 i / r) / factors[i], in radians.
struct RopeAngles {
  int rotated = 0;     // r, even: how many of a head's values are rotated
  double base = 1e4;   // > 0
  double scale = 1.0;  // below 1 stretches the context (Chen et al. 2023, linear scaling)
  std::span<const float> factors = {};  // [r / 2], not 0; or empty for 1 (Llama 3)
};
std::vector<double> RopeFrequencies(const RopeAngles& angles);

// Fills the rotations of rows t = 0..T-1, at the positions first_position + t.
//   frequencies  [r / 2] radians per position
//   table        [T, 2 r]: the cosine for each of the r values, then the sine, negative for the
//                first of a pair
// Angles and their cosines are computed in float64. Cost O(T * r), in the caller's thread.
void FillRopeTable(std::span<const double> frequencies, RopePairs pairs, int first_position,
                   View<float> table);

// The same for rows with a position on each of several axes, as patches of an image have: pair i is
// rotated by the position on axis axes[i] (Wang et al. 2024, "Qwen2-VL", M-RoPE).
//   axes       [r / 2]
//   positions  [T, axes]
void FillRopeTable(std::span<const double> frequencies, RopePairs pairs, std::span<const int> axes,
                   View<const int> positions, View<float> table);

// Rotates every head of every row in place:
//   x[t, h, i] = x[t, h, i] * cosine[t, i] + x[t, h, partner(i)] * sine[t, i]   for i < r
// The other d - r values of a head are unchanged.
//   x      [T, H * d]
//   table  [T, 2 r], r <= d, filled for the same pairs
// Error against the scalar variant at most 2 * FLT_EPSILON * (|x[i]| + |x[partner(i)]|). Threads:
// rows are split over the pool. Cost O(T * H * r).
void Rope(View<float> x, int head_width, RopePairs pairs, View<const float> table,
          ThreadPool& pool);

// For tests and benchmarks: every variant in this binary. The heads of one row.
struct RopeRowShape {
  int heads = 0;
  int head_width = 0;
  int rotated = 0;
  RopePairs pairs = RopePairs::kNeighbors;
};
using RopeRow = void (*)(float* x, const float* table, const RopeRowShape& shape);
const VariantList<RopeRow>& RopeVariants();

void RopeRowScalar(float* x, const float* table, const RopeRowShape& shape);
HighwayVariants<RopeRow> RopeHighway();

}  // namespace edgevlm
