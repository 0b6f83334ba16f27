// What tests and benchmarks of int8 products share: activations in memory of their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/matmul/int8_rows.h"

namespace edgevlm {

// Memory for the rows of T times K activations, aligned as Int8Rows asks.
class Int8TestRows {
 public:
  Int8TestRows(int rows, int inputs)
      : memory_(static_cast<std::size_t>(rows * Int8LayoutOf(inputs).floats) + kAlignment),
        rows_(View<float>(Start(), rows, Int8LayoutOf(inputs).floats), inputs) {}
  Int8TestRows(const Int8TestRows&) = delete;
  Int8TestRows& operator=(const Int8TestRows&) = delete;

  const Int8Rows& rows() const { return rows_; }

 private:
  static constexpr std::size_t kAlignment = 64;  // bytes; more than enough as floats

  float* Start() {
    const auto address = reinterpret_cast<std::uintptr_t>(memory_.data());
    return memory_.data() + (kAlignment - address % kAlignment) % kAlignment / sizeof(float);
  }

  std::vector<float> memory_;
  Int8Rows rows_;
};

}  // namespace edgevlm
