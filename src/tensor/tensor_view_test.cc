#include "tensor/tensor_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "tensor/half.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAre;

TEST(TensorView, PlainFormatsComeBackAsTheyWere) {
  const std::vector<float> values = {0.0f, -1.5f, 0.25f, 1024.0f, -0.0078125f, 3.0f};
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
    const auto bytes = FromFloats(values, dtype);
    ASSERT_TRUE(bytes) << NameOf(dtype);
    const auto floats = ToFloats({dtype, {2, 3}, *bytes});
    ASSERT_TRUE(floats) << NameOf(dtype);
    EXPECT_EQ(*floats, values) << NameOf(dtype);
  }
}

TEST(TensorView, OddAddressesAreFine) {
  auto bytes = *FromFloats(std::vector<float>{1.0f, -2.0f, 3.5f}, DType::kF16);
  bytes.insert(bytes.begin(), std::byte{0xff});
  EXPECT_THAT(*ToFloats({DType::kF16, {3}, std::span(bytes).subspan(1)}),
              ElementsAre(1.0f, -2.0f, 3.5f));
}

TEST(TensorView, Q8IsScaleTimesByte) {
  std::vector<std::byte> bytes(2 * 34);
  for (int block = 0; block < 2; ++block) {
    std::byte* at = bytes.data() + 34 * block;
    const std::uint16_t scale = FloatToHalf(block == 0 ? 0.5f : -2.0f);
    std::memcpy(at, &scale, sizeof(scale));
    for (int i = 0; i < 32; ++i) at[2 + i] = static_cast<std::byte>(i == 31 ? -128 : i);
  }
  const auto floats = ToFloats({DType::kQ8_0, {1, 64}, bytes});
  ASSERT_TRUE(floats);
  for (int block = 0; block < 2; ++block) {
    for (int i = 0; i < 32; ++i) {
      const float quant = i == 31 ? -128.0f : static_cast<float>(i);
      EXPECT_EQ((*floats)[static_cast<std::size_t>(32 * block + i)],
                quant * (block == 0 ? 0.5f : -2.0f))
          << block << " " << i;
    }
  }
}

TEST(TensorView, WhatCanNotBeConvertedIsAnError) {
  const std::vector<std::byte> bytes(144);
  EXPECT_EQ(ToFloats({DType::kQ4_K, {100}, bytes}).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(ToFloats({DType::kF32, {35}, bytes}).error().message,
            "shape [35]: expected 140 bytes, found 144");
  EXPECT_EQ(FromFloats({}, DType::kQ8_0).error().message,
            "tensor: conversion from float: expected F32, F16 or BF16, found Q8_0");
}

}  // namespace
}  // namespace edgevlm
