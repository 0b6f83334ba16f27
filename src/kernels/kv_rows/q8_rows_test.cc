#include "kernels/kv_rows/q8_rows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "kernels/testing/values.h"
#include "tensor/half.h"

namespace edgevlm {
namespace {

std::vector<BlockQ8_0> Blocks(QuantizeQ8RowFunction run, const std::vector<float>& x) {
  const int n = static_cast<int>(x.size());
  std::vector<BlockQ8_0> blocks(static_cast<std::size_t>(Q8Blocks(n)) + 1);
  blocks.back().scale = 42;
  run(x.data(), blocks.data(), n);
  EXPECT_EQ(blocks.back().scale, 42);
  blocks.pop_back();
  return blocks;
}

template <class Test>
void ForEachVariant(const Test& test) {
  for (const auto& variant : QuantizeQ8RowVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    test(variant.run);
  }
}

// A value is off by half a scale; the scale by 2^-11 of it, 127 times at most, and what is greater
// than 127 scales is cut off by as much.
TEST(Q8Blocks, HoldsEveryValueWithinHalfAScale) {
  ForEachVariant([](QuantizeQ8RowFunction run) {
    RandomValues random;
    for (const int n : kTestLengths) {
      const std::vector<float> x = random.Draw(n);
      const std::vector<BlockQ8_0> blocks = Blocks(run, x);
      for (int i = 0; i < Q8Blocks(n) * kQ8Block; ++i) {
        const BlockQ8_0& block = blocks[static_cast<std::size_t>(i / kQ8Block)];
        const float scale = HalfToFloat(block.scale);
        const float value = i < n ? x[static_cast<std::size_t>(i)] : 0.0f;
        ASSERT_NEAR(scale * block.quants[i % kQ8Block], value, 0.57f * scale)
            << "n=" << n << " i=" << i << " seed=" << RandomValues::kSeed;
        if (i >= n) {
          ASSERT_EQ(block.quants[i % kQ8Block], 0);
        }
      }
    }
  });
}

TEST(Q8Blocks, VariantsAgreeWithScalar) {
  ForEachVariant([](QuantizeQ8RowFunction run) {
    RandomValues random;
    const std::vector<float> x = random.Draw(333);
    const std::vector<BlockQ8_0> expected = Blocks(QuantizeQ8RowScalar, x), actual = Blocks(run, x);
    for (std::size_t b = 0; b < expected.size(); ++b) {
      ASSERT_EQ(actual[b].scale, expected[b].scale);
      for (int i = 0; i < kQ8Block; ++i) ASSERT_EQ(actual[b].quants[i], expected[b].quants[i]);
    }
  });
}

TEST(Q8Blocks, TakesZerosTinyAndHugeNumbers) {
  ForEachVariant([](QuantizeQ8RowFunction run) {
    for (const float value :
         {0.0f, 1e-30f, -1e-7f, 1e30f, std::numeric_limits<float>::infinity()}) {
      for (const BlockQ8_0& block : Blocks(run, std::vector<float>(33, value))) {
        EXPECT_TRUE(std::isfinite(HalfToFloat(block.scale))) << value;
      }
    }
    EXPECT_EQ(Blocks(run, std::vector<float>(32, 0.0f)).front().quants[5], 0);
  });
}

}  // namespace
}  // namespace edgevlm
