#include "tensor/dtype.h"

#include <gtest/gtest.h>

#include <limits>

namespace edgevlm {
namespace {

constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();

TEST(DType, IdsComeBackAndUnknownOnesDoNot) {
  for (const DTypeInfo& info : DTypes()) {
    EXPECT_EQ(DTypeFromId(static_cast<std::uint32_t>(info.dtype)), info.dtype) << info.name;
    EXPECT_EQ(NameOf(info.dtype), info.name);
  }
  for (const std::uint32_t id : {4u, 5u, 9u, 31u, 1000u, 0xffffffffu}) {
    EXPECT_FALSE(DTypeFromId(id)) << id;
  }
}

TEST(DType, BytesOfWholeBlocks) {
  EXPECT_EQ(*BytesOf(DType::kF32, {3, 5}), 60u);
  EXPECT_EQ(*BytesOf(DType::kF16, {7}), 14u);
  EXPECT_EQ(*BytesOf(DType::kQ8_0, {2, 64}), 4u * 34);
  EXPECT_EQ(*BytesOf(DType::kQ4_K, {2, 3, 4, 512}), 2u * 3 * 4 * 2 * 144);
}

TEST(DType, BadShapesAreErrors) {
  EXPECT_EQ(ValuesOf({}).error().message, "shape []: expected 1 to 4 extents, found none");
  EXPECT_EQ(ValuesOf({3, 0}).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(ValuesOf({-1}).error().message, "shape [-1]: expected extents of at least 1, found -1");
  EXPECT_EQ(BytesOf(DType::kQ8_0, {32, 33}).error().message,
            "shape [32, 33]: expected the last extent to be a multiple of 32 (Q8_0), found 33");
}

TEST(DType, ProductsAreChecked) {
  EXPECT_EQ(*ValuesOf({kHuge}), static_cast<std::uint64_t>(kHuge));
  EXPECT_EQ(ValuesOf({kHuge, 2}).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(ValuesOf({1ll << 32, 1ll << 32}).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(BytesOf(DType::kF32, {kHuge}).error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(BytesOf(DType::kF16, {kHuge}).ok());
}

TEST(Shape, LeadingOnesDoNotCount) {
  EXPECT_TRUE((Shape{1, 1, 5, 5}).SameUpToLeadingOnes({5, 5}));
  EXPECT_TRUE((Shape{1}).SameUpToLeadingOnes({1, 1}));
  EXPECT_FALSE((Shape{5, 1}).SameUpToLeadingOnes({5}));
  EXPECT_FALSE((Shape{1, 5}).SameUpToLeadingOnes({5, 5}));
  EXPECT_FALSE((Shape{1, 5}) == (Shape{5}));
  EXPECT_EQ((Shape{3, 224, 224}).ToString(), "[3, 224, 224]");
}

}  // namespace
}  // namespace edgevlm
