// Builds kernel inputs from the fuzzer's bytes, and compares every variant of this machine with the
// scalar one. A value outside the tolerance that the kernel's header states, or a sanitizer's
// report, is a bug.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "base/cpu.h"
#include "kernels/variant.h"
#include "tensor/view.h"

namespace edgevlm {

// Shapes and choices come from the bytes themselves, values from a generator that they seed, so
// that a small input is a whole problem. Bytes past the end read as 0.
class FuzzProblem {
 public:
  FuzzProblem(const std::uint8_t* data, std::size_t size) : bytes_(data, size) {
    std::uint32_t seed = 0;
    for (int i = 0; i < 3; ++i) seed = seed << 8 | Byte();
    random_.seed(seed);
  }

  // In [least, most], at most 65536 apart.
  int Int(int min, int max) {
    const int drawn = Byte() << 8 | Byte();
    return min + drawn % (max - min + 1);
  }
  bool Bool() { return Byte() % 2 == 1; }

  template <class T>
  const T& Choose(std::span<const T> from) {
    return from[static_cast<std::size_t>(Int(0, static_cast<int>(from.size()) - 1))];
  }

  // Normally distributed; in one case of four mostly zeros, in another of very different sizes.
  std::vector<float> Values(int count) {
    const int kind = Byte() % 4;
    std::vector<float> values = NormalValues(count);
    for (float& value : values) {
      if (kind == 1 && random_() % 4 != 0) value = 0;
      if (kind == 2) value = std::ldexp(value, static_cast<int>(random_() % 17) - 8);
    }
    return values;
  }
  std::vector<float> NormalValues(int count) {
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) value = normal_(random_);
    return values;
  }
  std::uint32_t Random() { return static_cast<std::uint32_t>(random_()); }

 private:
  std::uint8_t Byte() {
    if (bytes_.empty()) return 0;
    const std::uint8_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte;
  }

  std::span<const std::uint8_t> bytes_;
  std::mt19937 random_;
  std::normal_distribution<float> normal_;
};

// Values [count] at a chosen distance from an aligned address. They end where the allocation ends,
// so that a sanitizer sees every read past them.
class ShiftedValues {
 public:
  explicit ShiftedValues(std::vector<float> values, int shift = 0)
      : shift_(static_cast<std::size_t>(shift)), values_(values.size() + shift_) {
    std::copy(values.begin(), values.end(), values_.begin() + shift);
  }
  float* data() { return values_.data() + shift_; }
  std::span<float> span() { return std::span(values_).subspan(shift_); }

 private:
  std::size_t shift_;
  std::vector<float> values_;
};

// Runs `test` with every variant of this machine but the scalar one.
template <class Function, class Test>
void ForEachFuzzVariant(const VariantList<Function>& variants, const Test& test) {
  for (const Variant<Function>& variant : variants) {
    if (variant.needs != Isa::kScalar && Includes(BestIsa(), variant.needs)) test(variant);
  }
}

[[noreturn]] inline void FailVariant(const char* kernel, Isa isa, std::size_t at, double actual,
                                     double expected) {
  std::fprintf(stderr, "%s: variant %s: value %zu: expected %.9g as the scalar one, found %.9g\n",
               kernel, std::string(IsaName(isa)).c_str(), at, expected, actual);
  std::abort();
}

// tolerance: of value i.
template <class Tolerance>
void CheckVariant(const char* kernel, Isa isa, std::span<const float> actual,
                  std::span<const float> expected, const Tolerance& tolerance) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double difference = std::fabs(double{actual[i]} - double{expected[i]});
    if (!(difference <= tolerance(i))) FailVariant(kernel, isa, i, actual[i], expected[i]);
  }
}

}  // namespace edgevlm
