// Conversions between float and the two 16-bit formats, float16 (IEEE 754 binary16: 5 bits of
// exponent, 10 of fraction) and bfloat16 (the upper half of a float: 8 and 7).
//
// To float: exact. From float: round to nearest, ties to even; too large becomes infinity; NaN
// stays NaN with its sign and the top bits of its payload, and becomes quiet. No special
// instructions: the same result on every CPU.
#pragma once

#include <bit>
#include <cstdint>

namespace edgevlm {

// With masks in place of conditions, so that a loop over it becomes vector code.
inline float HalfToFloat(std::uint16_t half) {
  constexpr std::uint32_t kRebias = (127u - 15u) << 23;
  const std::uint32_t sign = (half & 0x8000u) << 16;
  const std::uint32_t magnitude = half & 0x7fffu;
  const std::uint32_t is_large = 0u - std::uint32_t{magnitude >= 0x7c00};  // infinity, NaN
  const std::uint32_t is_small = 0u - std::uint32_t{magnitude < 0x0400};   // zero, subnormal
  const std::uint32_t normal = (magnitude << 13) + kRebias + (is_large & kRebias);
  // A multiple of 2^-24, which is one unit in the last place of 0.5.
  const float small = std::bit_cast<float>(magnitude | 0x3f000000u) - 0.5f;
  const std::uint32_t bits =
      (normal & ~is_small) | (std::bit_cast<std::uint32_t>(small) & is_small);
  return std::bit_cast<float>(sign | bits);
}

inline std::uint16_t FloatToHalf(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000u;
  std::uint32_t magnitude = bits & 0x7fffffffu;
  std::uint32_t half;
  if (magnitude > 0x7f800000u) {  // NaN
    half = 0x7e00u | ((magnitude >> 13) & 0x3ffu);
  } else if (magnitude >= 0x477ff000u) {  // 65520 and more round to infinity
    half = 0x7c00u;
  } else if (magnitude < 0x38800000u) {  // below 2^-14: subnormal, a multiple of 2^-24
    // The float addition rounds: near 0.5 one unit in the last place is 2^-24.
    const float sum = std::bit_cast<float>(magnitude) + 0.5f;
    half = std::bit_cast<std::uint32_t>(sum) - std::bit_cast<std::uint32_t>(0.5f);
  } else {
    magnitude -= (127u - 15u) << 23;
    half = (magnitude + 0x0fffu + ((magnitude >> 13) & 1u)) >> 13;
  }
  return static_cast<std::uint16_t>(sign | half);
}

inline float BFloat16ToFloat(std::uint16_t value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16);
}

inline std::uint16_t FloatToBFloat16(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
  return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

}  // namespace edgevlm
