#include "tensor/dequantize.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "tensor/half.h"
#include "tensor/testing/blocks.h"

namespace edgevlm {
namespace {

// What ggml's own dequantization gives for the values 0, 17, 33, 100 and 255 of blocks of random
// bytes (RandomStored, seed 7); 51,200 values of each format were compared, all the same to the
// bit.
struct Known {
  DType dtype;
  std::array<float, 5> values;
};
constexpr std::array kKnownAt = {0, 17, 33, 100, 255};
constexpr Known kKnown[] = {
    {DType::kQ4_0, {-7.14659691e-05f, -0.000214397907f, 0.207885742f, -0.00177764893f, 0.0f}},
    {DType::kQ4_1, {-0.381317914f, -0.382032573f, -0.000114381313f, -0.141036987f, -0.0110425949f}},
    {DType::kQ5_0,
     {-0.000500261784f, -0.000428795815f, 0.00114381313f, -0.0159902573f, 0.0094461441f}},
    {DType::kQ5_1, {-0.383104563f, -0.383033097f, 0.456128359f, 0.0015001893f, -0.146958113f}},
    {DType::kQ8_0, {-0.00178664923f, 0.0018581152f, -38.9594727f, 0.0572109222f, 1.58312988f}},
    {DType::kQ2_K, {-9.40742493f, -7.39382935f, -1.10588074f, -8.24649811f, -1.92552185f}},
    {DType::kQ3_K, {-0.0f, -4.10473633f, -3.74255371f, 7.24365234f, 1.08654785f}},
    {DType::kQ4_K, {10.6687546f, 10.6676826f, 21.712038f, 8.72636032f, 0.74734211f}},
    {DType::kQ5_K, {10.6700411f, 10.6648951f, 21.7038898f, 8.72914791f, 0.758490801f}},
    {DType::kQ6_K, {-5.94095993f, -3.14089966f, 3.55939865f, 3.99084091f, 1.26844025f}},
    {DType::kIQ4_NL,
     {-0.000929057598f, -0.00271570683f, 3.30018616f, -0.0195541382f, 0.129272461f}},
    {DType::kIQ4_XS, {0.0492400527f, 0.0353041887f, 0.0363047123f, -0.0298727751f, -0.0107198954f}},
};

TEST(Dequantize, GivesTheBitsThatGgmlGives) {
  for (const Known& known : kKnown) {
    std::vector<float> values(256);
    Dequantize(known.dtype, RandomStored(known.dtype, 256, 7), values);
    for (std::size_t i = 0; i < kKnownAt.size(); ++i) {
      const float value = values[static_cast<std::size_t>(kKnownAt[i])];
      EXPECT_EQ(std::bit_cast<std::uint32_t>(value), std::bit_cast<std::uint32_t>(known.values[i]))
          << NameOf(known.dtype) << " " << kKnownAt[i] << ": " << value;
    }
  }
}

// scale 1: the values are the quants, which shows where the quant of each value lies.
TEST(Dequantize, Q4HoldsTheSecondHalfInTheHighBits) {
  BlockQ4_0 block{.scale = FloatToHalf(1.0f), .quants = {}};
  block.quants[0] = 0x3f;
  block.quants[15] = 0x08;
  std::vector<float> values(32);
  Dequantize(DType::kQ4_0, std::as_bytes(std::span(&block, 1)), values);
  EXPECT_EQ(values[0], 7.0f);
  EXPECT_EQ(values[16], -5.0f);
  EXPECT_EQ(values[15], 0.0f);
  EXPECT_EQ(values[31], -8.0f);
}

TEST(Dequantize, Q5TakesTheFifthBitFromTheNumber) {
  BlockQ5_1 block{.scale = FloatToHalf(0.5f),
                  .minimum = FloatToHalf(-3.0f),
                  .high_bits = 1u << 31,
                  .quants = {}};
  block.quants[15] = 0x21;
  std::vector<float> values(32);
  Dequantize(DType::kQ5_1, std::as_bytes(std::span(&block, 1)), values);
  EXPECT_EQ(values[15], 0.5f * 1 - 3);
  EXPECT_EQ(values[31], 0.5f * (2 + 16) - 3);
  EXPECT_EQ(values[0], -3.0f);
}

TEST(Dequantize, Q4KSplitsTheScalesOfItsUpperGroups) {
  BlockQ4K block{
      .scale = FloatToHalf(2.0f), .minimum = FloatToHalf(0.25f), .groups = {}, .quants = {}};
  block.groups[0] = 0x40 | 5;  // scale 5 of group 0, top bits 1 of scale 4
  block.groups[4] = 0x80 | 7;  // minimum 7 of group 0, top bits 2 of minimum 4
  block.groups[8] = 0xc3;      // low bits of group 4: scale 3, minimum 12
  block.quants[0] = 0x0a;
  block.quants[64] = 0x09;
  std::vector<float> values(256);
  Dequantize(DType::kQ4_K, std::as_bytes(std::span(&block, 1)), values);
  EXPECT_EQ(values[0], 2.0f * 5 * 10 - 0.25f * 7);
  EXPECT_EQ(values[1], -0.25f * 7);
  EXPECT_EQ(values[128], 2.0f * (16 + 3) * 9 - 0.25f * (32 + 12));
}

TEST(Dequantize, PlainFormatsAreWidened) {
  const std::array<std::uint16_t, 3> halves = {0x3c00, 0xc000, 0x0001};
  std::vector<float> values(3);
  Dequantize(DType::kF16, std::as_bytes(std::span(halves)), values);
  EXPECT_EQ(values, (std::vector<float>{1.0f, -2.0f, 0x1p-24f}));
  Dequantize(DType::kBF16, std::as_bytes(std::span(halves)), values);
  EXPECT_EQ(values, (std::vector<float>{0x1p-7f, -2.0f, 0x1p-133f}));
}

}  // namespace
}  // namespace edgevlm
