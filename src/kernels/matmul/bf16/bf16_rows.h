// Bf16Rows: activations as bfloat16 pairs, two neighboring inputs in every 32 bits.
#pragma once

#include <cstdint>

#include "base/thread_pool.h"
#include "kernels/variant.h"
#include "tensor/view.h"

namespace edgevlm {

// A view of memory that the caller owns: a matrix [T, (K + 1) / 2] of 32-bit cells.
class Bf16Rows {
 public:
  Bf16Rows() = default;
  // REQUIRES: memory.cols == Columns(inputs).
  Bf16Rows(View<float> memory, int inputs);

  static int Columns(int inputs) { return (inputs + 1) / 2; }

  bool empty() const { return memory_.data == nullptr; }
  int rows() const { return memory_.rows; }
  int inputs() const { return inputs_; }  // K
  int pairs() const { return Columns(inputs_); }

  // [pairs()]: value 2 i in the low half of pair i, value 2 i + 1 in the high one; 0 beyond K.
  std::uint32_t* Pairs(int row) const {
    return reinterpret_cast<std::uint32_t*>(memory_.Row(row).data());
  }

 private:
  View<float> memory_;
  int inputs_ = 0;
};

// Fills `rows` from x [T, K], rounded to nearest, ties to even; NaN stays NaN. All variants write
// the same bytes. Threads: rows are split over the pool.
void RoundToBf16(View<const float> x, const Bf16Rows& rows, ThreadPool& pool);

// For tests: every variant in this binary, one row.
using RoundRowToBf16Function = void (*)(const float* x, const Bf16Rows& rows, int row);
const VariantList<RoundRowToBf16Function>& RoundRowToBf16Variants();

void RoundRowToBf16Scalar(const float* x, const Bf16Rows& rows, int row);
HighwayVariants<RoundRowToBf16Function> RoundRowToBf16Highway();

}  // namespace edgevlm
