// QuantizedRows: activations quantized to int8 once, for every matrix that multiplies them.
//
// The values of a row fall into blocks of 128, the last one shorter. Each block has a scale, its
// greatest magnitude / 127, and value = scale * quant, rounded to the nearest quant, ties to even.
// The negated sums of the quants by groups of 16, 32 and 128 are stored beside them: weights with a
// minimum, or with unsigned quants, need them for their correction term.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/thread_pool.h"
#include "kernels/variant.h"
#include "tensor/int8_panel.h"
#include "tensor/view.h"

namespace edgevlm {

// Offsets of the parts of a row, in float32 values from its start.
struct QuantizedRowLayout {
  int scales = 0;   // [blocks] float32; the quants come first, at offset 0
  int sums16 = 0;   // [ceil(K / 16)] int32
  int sums32 = 0;   // [ceil(K / 32)] int32
  int sums128 = 0;  // [ceil(K / 128)] int32
  int floats = 0;   // of a row, a multiple of 16
};
QuantizedRowLayout QuantizedRowLayoutOf(int inputs);

// A view of memory that the caller owns: a matrix [T, QuantizedRowLayout::floats].
class QuantizedRows {
 public:
  QuantizedRows() = default;
  // memory: T rows, whose starts are multiples of 64 bytes. REQUIRES: memory.cols ==
  // QuantizedRowLayoutOf(inputs).floats.
  QuantizedRows(View<float> memory, int inputs);

  bool empty() const { return memory_.data == nullptr; }
  int rows() const { return memory_.rows; }
  int inputs() const { return inputs_; }  // K

  // [K, rounded up to a multiple of 64]; quants beyond K are 0.
  std::int8_t* Quants(int row) const { return reinterpret_cast<std::int8_t*>(At(row, 0)); }
  float* Scales(int row) const { return At(row, layout_.scales); }  // of the blocks
  // Of each group, the negated sum of its quants. REQUIRES: group is 16, 32 or 128.
  std::int32_t* NegatedSums(int row, int group) const {
    return reinterpret_cast<std::int32_t*>(At(row, SumsAt(group)));
  }

  // Offsets from the first quant of the row, in bytes.
  std::ptrdiff_t ScalesOffset() const { return std::ptrdiff_t{4} * layout_.scales; }
  std::ptrdiff_t NegatedSumsOffset(int group) const { return std::ptrdiff_t{4} * SumsAt(group); }

 private:
  int SumsAt(int group) const {
    return group == 16 ? layout_.sums16 : group == 32 ? layout_.sums32 : layout_.sums128;
  }
  float* At(int row, int at) const {
    DCHECK(0 <= row && row < memory_.rows);
    return memory_.data + row * memory_.stride + at;
  }

  View<float> memory_;
  int inputs_ = 0;
  QuantizedRowLayout layout_;
};

// Fills `rows` from x [T, K]. All variants write the same bytes. A value that is not finite gives
// its block quants of 0 and a scale that is not finite. Threads: rows are split over the pool.
// Cost: about a ns per 16 values.
void QuantizeRows(View<const float> x, const QuantizedRows& rows, ThreadPool& pool);

// For tests and benchmarks: every variant in this binary, one row.
using QuantizeRowFunction = void (*)(const float* x, const QuantizedRows& rows, int row);
const VariantList<QuantizeRowFunction>& QuantizeRowVariants();

void QuantizeRowScalar(const float* x, const QuantizedRows& rows, int row);
HighwayVariants<QuantizeRowFunction> QuantizeRowHighway();

}  // namespace edgevlm
