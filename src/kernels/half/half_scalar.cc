#include <bit>
#include <cmath>

#include "kernels/half/half.h"

namespace edgevlm {
namespace {

// float16: 1 sign bit, 5 bits of exponent (bias 15), 10 bits of fraction.
constexpr float kSmallestNormal = 0x1p-14f;
constexpr float kRoundsToInfinity = 65520.0f;
constexpr std::uint16_t kInfinity = 0x7C00;
constexpr std::uint16_t kQuietNan = 0x7E00;

std::uint16_t ToHalf(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
  const float magnitude = std::fabs(value);
  std::uint32_t half = 0;
  if (std::isnan(value)) {
    half = kQuietNan;
  } else if (magnitude >= kRoundsToInfinity) {
    half = kInfinity;
  } else if (magnitude < kSmallestNormal) {
    // Subnormals are multiples of 2^-24; adding 0.5 rounds to them in the last bits of the sum.
    half = std::bit_cast<std::uint32_t>(magnitude + 0.5f) - std::bit_cast<std::uint32_t>(0.5f);
  } else {
    // Drops 13 bits of fraction, to the nearest even, and changes the bias from 127 to 15.
    const std::uint32_t whole = bits & 0x7FFFFFFFu;
    const std::uint32_t odd = (whole >> 13) & 1u;
    half = (whole + 0x0FFFu + odd - (112u << 23)) >> 13;
  }
  return static_cast<std::uint16_t>(sign | half);
}

float ToFloat(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000u) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1Fu;
  const std::uint32_t fraction = half & 0x3FFu;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
    return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(magnitude));
  }
  const std::uint32_t wide_exponent = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | (wide_exponent << 23) | (fraction << 13));
}

}  // namespace

void FloatToHalfRowScalar(const float* x, std::uint16_t* y, int n) {
  for (int i = 0; i < n; ++i) y[i] = ToHalf(x[i]);
}

void HalfToFloatRowScalar(const std::uint16_t* x, float* y, int n) {
  for (int i = 0; i < n; ++i) y[i] = ToFloat(x[i]);
}

}  // namespace edgevlm
