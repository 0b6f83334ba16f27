// Fit: searches the scale, or the scale and the minimum, that minimize the quantization error of
// some values.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>

namespace edgevlm {

// Groups whose values are all smaller are treated as zeros: the smallest float16 scale is 6e-8, and
// 1 / value must stay finite.
inline constexpr float kSmallestFitted = 1e-15f;

// The nearest integer, ties to even. REQUIRES: |value| < 2^22.
inline float Nearest(float value) {
  constexpr float kWhole = 0x1.8p23f;  // floats near it are the integers
  return (value + kWhole) - kWhole;
}

// The value that lies farthest from zero, with its sign; 0 for none.
float Peak(std::span<const float> values);

// The s that makes sum_i weights[i] (values[i] - s * l_i)^2 small, with the best integers l_i in
// [-limit, limit - 1]; 0 for zeros. Tries 19 roundings of the values to integers, each with its own
// best s. values: a multiple of 8, at most 32; weights: as many, at least 0; equal ones if all are
// 0.
float FitScale(std::span<const float> values, std::span<const float> weights, int limit);

// The same for quantized values that are entries of kIq4Values. Tries 30 roundings, with the peak
// on the lowest entry, the highest one and up to 7 around each.
float FitIq4Scale(std::span<const float> values, std::span<const float> weights);

// The code of the entry of kIq4Values that is nearest to `value`; halfway between two, the lower
// one.
std::uint8_t NearestIq4Code(float value);

// The s >= 0 and m >= 0 that make sum_i weights[i] (values[i] - (s * l_i - m))^2 small, with l_i in
// [0, limit]. Tries 21 roundings. values, weights: likewise.
struct ScaleAndMinimum {
  float scale = 0.0f;
  float minimum = 0.0f;
};
ScaleAndMinimum FitScaleAndMinimum(std::span<const float> values, std::span<const float> weights,
                                   int limit);

}  // namespace edgevlm
