// PairRows: activations as bfloat16, two neighboring ones in every 32 bits.
#pragma once

#include <cstdint>

#include "base/thread_pool.h"
#include "kernels/variant.h"
#include "tensor/view.h"

namespace edgevlm {

// A view of memory that somebody else owns: a matrix [T, (K + 1) / 2] of float32 size.
class PairRows {
 public:
  PairRows() = default;
  // REQUIRES: memory.cols == Columns(inputs).
  PairRows(View<float> memory, int inputs);

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

// Fills `rows` from x [T, K], rounded to nearest, ties to even; what is no number stays none. All
// variants write the same bytes. Threads: the rows are shared over the pool.
void PairUp(View<const float> x, const PairRows& rows, ThreadPool& pool);

// For tests: every variant in this binary, one row.
using PairUpFunction = void (*)(const float* x, const PairRows& rows, int row);
const VariantList<PairUpFunction>& PairUpVariants();

void PairUpScalar(const float* x, const PairRows& rows, int row);
HighwayVariants<PairUpFunction> PairUpHighway();

}  // namespace edgevlm
