// QuantizedRows: activations rotated and quantized to int8 once, for every matrix that multiplies
// them and is rounded likewise.
//
// Activations have outliers: a few inputs that are many times larger than their neighbors. An
// outlier makes the scale of its block so large that its neighbors lose most of their bits. A
// rotation spreads it (rotation.h) if the weights are rotated as well. Float weights are rotated
// before they are rounded to int8. Those of quantized blocks are rotated when they are multiplied:
// with at most 6 bits, a byte has room for the sums of a small matrix, so nothing is rounded a
// second time.
//
// The rotated values of a row fall into blocks, the last one shorter. Each block has a scale, and
// rotated value = R * scale * quant (scale * quant for int8 panels), rounded to the nearest quant,
// ties to even. Beside the quants lie sums of them by group, negated, for the correction terms
// of weights with a minimum or with a bias.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/thread_pool.h"
#include "kernels/variant.h"
#include "tensor/int8_panel.h"
#include "tensor/rotation.h"
#include "tensor/view.h"
#include "tensor/weight.h"

namespace edgevlm {

// How rows are quantized. The default is that for int8 panels with blocks.
struct Int8Rounding {
  int group = kInt8BlockInputs;  // inputs whose weights share a scale
  int block = kInt8BlockInputs;  // inputs that share a scale; a multiple of the group
  // R, the size of the Hadamard matrix. 1: none. 4 or 8: that of packed blocks, whose inputs are
  // four apart, so that it mixes whole rows of a packed block; a group has 4 R. 64: RotateRow.
  int rotation = kRowRotations[0];

  constexpr bool operator==(const Int8Rounding&) const = default;
  constexpr bool rotates_rows() const { return rotation == kRowRotations[0]; }
  constexpr bool rotates_groups() const { return rotation > 1 && !rotates_rows(); }
};

// The fewest and the most inputs of a block that is not a whole row.
inline constexpr int kMinInt8Block = 32;
inline constexpr int kMaxInt8Block = 128;

// The bias that makes quants of 8 bits unsigned, as a power of two.
inline constexpr int kBiasBits = 7;

inline constexpr Int8Rounding kRowRounding = {kInt8WholeRow, kInt8WholeRow, kRowRotations[0]};

// The bits of a quant.
constexpr int QuantBits(const BlockFormat& format) { return format.low_bits + format.high_bits; }

// What is subtracted from quants before they are rotated, so that they lie around zero. A minimum
// of the format becomes smaller by as many scales.
constexpr int CenterOf(const BlockFormat& format) { return 1 << (QuantBits(format) - 1); }

// R for weights of a format: their rotated quants, centered, fit a signed byte.
constexpr int RotationFor(const BlockFormat& format) {
  return format.has_table || QuantBits(format) > 6 ? 1 : format.group / 4;
}

// The blocks were chosen on real weights (docs/performance.md): 128 inputs, but 32 for blocks whose
// weights have 8 bits, which leave no room for a rotation.
constexpr Int8Rounding RoundingFor(const BlockFormat& format) {
  const int rotation = RotationFor(format);
  return {format.group, rotation == 1 ? 32 : 128, rotation};
}
// REQUIRES: w.is_quantized().
inline Int8Rounding RoundingFor(const Weight& w) {
  if (w.type() == WeightType::kBlocks) return RoundingFor(w.format());
  return w.type() == WeightType::kInt8Rows ? kRowRounding : Int8Rounding();
}

// Offsets of the parts of a row, in float32 values from its start.
struct QuantizedRowLayout {
  int scales = 0;      // [blocks] float32; the quants come first, at offset 0
  int bias_terms = 0;  // [groups] int32
  int value_sums = 0;  // [groups] int32
  int floats = 0;      // of a row, a multiple of 16
};
QuantizedRowLayout QuantizedRowLayoutOf(int inputs, const Int8Rounding& rounding);

// The floats of a row with any rounding.
int MaxQuantizedRowFloats(int inputs);

// A view of memory that the caller owns: a matrix [T, QuantizedRowLayout::floats].
class QuantizedRows {
 public:
  QuantizedRows() = default;
  // memory: T rows, whose starts are multiples of 64 bytes. REQUIRES: memory.cols ==
  // QuantizedRowLayoutOf(inputs, rounding).floats; with a rotation, inputs are whole groups.
  QuantizedRows(View<float> memory, int inputs, const Int8Rounding& rounding);

  bool empty() const { return memory_.data == nullptr; }
  int rows() const { return memory_.rows; }
  int inputs() const { return inputs_; }  // K
  // Rows [first, first + count).
  QuantizedRows Rows(int first, int count) const {
    return {memory_.Rows(first, count), inputs_, rounding_};
  }
  const Int8Rounding& rounding() const { return rounding_; }

  // [K, rounded up to a multiple of 64]; quants beyond K are 0.
  std::int8_t* Quants(int row) const { return reinterpret_cast<std::int8_t*>(At(row, 0)); }
  float* Scales(int row) const { return At(row, layout_.scales); }  // of the blocks
  // Of each group, what a bias of 128 of the weight's quants takes: -128 times the sum of the
  // group's quants.
  std::int32_t* BiasTerms(int row) const {
    return reinterpret_cast<std::int32_t*>(At(row, layout_.bias_terms));
  }
  // Of each group, the negated sum of its values before the rotation, in units of the scale: that
  // of the quants rotated back, which is R times the sum of the first four. Undefined for int8
  // panels, which have no minima.
  std::int32_t* NegatedValueSums(int row) const {
    return reinterpret_cast<std::int32_t*>(At(row, layout_.value_sums));
  }

  // Offsets from the first quant of the row, in bytes.
  std::ptrdiff_t ScalesOffset() const { return std::ptrdiff_t{4} * layout_.scales; }
  std::ptrdiff_t BiasTermsOffset() const { return std::ptrdiff_t{4} * layout_.bias_terms; }
  std::ptrdiff_t NegatedValueSumsOffset() const { return std::ptrdiff_t{4} * layout_.value_sums; }

 private:
  float* At(int row, int at) const {
    DCHECK(0 <= row && row < memory_.rows);
    return memory_.data + row * memory_.stride + at;
  }

  View<float> memory_;
  int inputs_ = 0;
  Int8Rounding rounding_;
  QuantizedRowLayout layout_;
};

// Fills `rows` from x [T, K]. All variants write the same bytes. A value that is not finite gives
// its block quants of 0 and a scale that is not finite. Threads: rows are split over the pool.
// Cost: about a ns per 8 values.
void QuantizeRows(View<const float> x, const QuantizedRows& rows, ThreadPool& pool);

// The same for one row: x [K].
void QuantizeRow(const float* x, const QuantizedRows& rows, int row);

// The values [K] that a row stands for.
void DequantizeRow(const QuantizedRows& rows, int row, std::span<float> values);

// Inputs [first, first + count) of a row; the last call for a row is that of its last input.
//   x  [count]
// REQUIRES: first is a multiple of the block; so is count, unless the row ends there.
struct RowInputs {
  const float* x;
  int row;
  int first;
  int count;
};

// For other kernels, tests and benchmarks: every variant in this binary.
using QuantizeInputsFunction = void (*)(const RowInputs& inputs, const QuantizedRows& rows);
const VariantList<QuantizeInputsFunction>& QuantizeInputsVariants();

void QuantizeInputsScalar(const RowInputs& inputs, const QuantizedRows& rows);
HighwayVariants<QuantizeInputsFunction> QuantizeInputsHighway();

}  // namespace edgevlm
