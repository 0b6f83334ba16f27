#include "kernels/row_blocks/row_blocks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "kernels/test_values.h"
#include "tensor/half.h"

namespace edgevlm {
namespace {

std::vector<BlockQ8_0> Blocks(WriteRowBlocksFunction run, const std::vector<float>& x) {
  const int n = static_cast<int>(x.size());
  std::vector<BlockQ8_0> blocks(static_cast<std::size_t>(RowBlocks(n)) + 1);
  blocks.back().scale = 42;
  run(x.data(), blocks.data(), n);
  EXPECT_EQ(blocks.back().scale, 42);
  blocks.pop_back();
  return blocks;
}

template <class Test>
void ForEachVariant(const Test& test) {
  for (const auto& variant : WriteRowBlocksVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    test(variant.run);
  }
}

// A value is off by half a scale; the scale by 2^-11 of it, 127 times at most, and what is greater
// than 127 scales is cut off by as much.
TEST(RowBlocks, HoldsEveryValueWithinHalfAScale) {
  ForEachVariant([](WriteRowBlocksFunction run) {
    RandomValues random;
    for (const int n : kTestLengths) {
      const std::vector<float> x = random.Take(n);
      const std::vector<BlockQ8_0> blocks = Blocks(run, x);
      for (int i = 0; i < RowBlocks(n) * kRowBlock; ++i) {
        const BlockQ8_0& block = blocks[static_cast<std::size_t>(i / kRowBlock)];
        const float scale = HalfToFloat(block.scale);
        const float value = i < n ? x[static_cast<std::size_t>(i)] : 0.0f;
        ASSERT_NEAR(scale * block.levels[i % kRowBlock], value, 0.57f * scale)
            << "n=" << n << " i=" << i << " seed=" << RandomValues::kSeed;
        if (i >= n) {
          ASSERT_EQ(block.levels[i % kRowBlock], 0);
        }
      }
    }
  });
}

TEST(RowBlocks, VariantsAgreeWithScalar) {
  ForEachVariant([](WriteRowBlocksFunction run) {
    RandomValues random;
    const std::vector<float> x = random.Take(333);
    const std::vector<BlockQ8_0> expected = Blocks(WriteRowBlocksScalar, x),
                                 actual = Blocks(run, x);
    for (std::size_t b = 0; b < expected.size(); ++b) {
      ASSERT_EQ(actual[b].scale, expected[b].scale);
      for (int i = 0; i < kRowBlock; ++i) ASSERT_EQ(actual[b].levels[i], expected[b].levels[i]);
    }
  });
}

TEST(RowBlocks, TakesZerosTinyAndHugeNumbers) {
  ForEachVariant([](WriteRowBlocksFunction run) {
    for (const float value :
         {0.0f, 1e-30f, -1e-7f, 1e30f, std::numeric_limits<float>::infinity()}) {
      for (const BlockQ8_0& block : Blocks(run, std::vector<float>(33, value))) {
        EXPECT_TRUE(std::isfinite(HalfToFloat(block.scale))) << value;
      }
    }
    EXPECT_EQ(Blocks(run, std::vector<float>(32, 0.0f)).front().levels[5], 0);
  });
}

}  // namespace
}  // namespace edgevlm
