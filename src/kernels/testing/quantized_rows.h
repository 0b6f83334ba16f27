// For tests and benchmarks of int8 products: QuantizedRows that own their memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/matmul/int8/quantized_rows.h"

namespace edgevlm {

// Memory for [T, K] activations, aligned as QuantizedRows requires.
class QuantizedTestRows {
 public:
  QuantizedTestRows(int rows, int inputs, const Int8Rounding& rounding)
      : layout_(QuantizedRowLayoutOf(inputs, rounding)),
        memory_(static_cast<std::size_t>(rows * layout_.floats) + kAlignment),
        rows_(View<float>(Start(), rows, layout_.floats), inputs, rounding) {}
  QuantizedTestRows(const QuantizedTestRows&) = delete;
  QuantizedTestRows& operator=(const QuantizedTestRows&) = delete;

  const QuantizedRows& rows() const { return rows_; }

 private:
  static constexpr std::size_t kAlignment = 64;  // bytes; more than enough as floats

  float* Start() {
    const auto address = reinterpret_cast<std::uintptr_t>(memory_.data());
    return memory_.data() + (kAlignment - address % kAlignment) % kAlignment / sizeof(float);
  }

  QuantizedRowLayout layout_;
  std::vector<float> memory_;
  QuantizedRows rows_;
};

}  // namespace edgevlm
