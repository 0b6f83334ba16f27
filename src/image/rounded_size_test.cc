#include "image/rounded_size.h"

#include <gtest/gtest.h>

#include <vector>

namespace edgevlm {
namespace {

constexpr SizeRule kQwen2Vl = {.multiple = 28, .min_cells = 4, .max_cells = 16384};
constexpr SizeRule kLimited = {.multiple = 28, .min_cells = 4, .max_cells = 1024};
constexpr SizeRule kQwen3Vl = {.multiple = 32, .min_cells = 64, .max_cells = 16384};

// Sizes that the processors of transformers give.
TEST(RoundedSize, IsThatOfTheModels) {
  const struct {
    ImageSize image, qwen2vl, limited, qwen3vl;
  } cases[] = {{{640, 480}, {644, 476}, {644, 476}, {640, 480}},
               {{1920, 1080}, {1932, 1092}, {1176, 672}, {1920, 1088}},
               {{333, 500}, {336, 504}, {336, 504}, {320, 512}},
               {{50, 50}, {56, 56}, {56, 56}, {256, 256}},
               {{4000, 3000}, {4004, 2996}, {1008, 756}, {4000, 3008}}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.image.width);
    EXPECT_EQ(RoundedSize(c.image, kQwen2Vl), c.qwen2vl);
    EXPECT_EQ(RoundedSize(c.image, kLimited), c.limited);
    EXPECT_EQ(RoundedSize(c.image, kQwen3Vl), c.qwen3vl);
  }
}

TEST(RoundedSize, HalfACellGoesToTheEvenNumber) {
  EXPECT_EQ(RoundedSize({70, 98}, kQwen2Vl), (ImageSize{56, 112}));
}

TEST(RoundedSize, NeverHasMoreCellsThanAllowed) {
  for (const int width : {1, 3, 13, 14, 200, 777, 4000}) {
    for (const int height : {1, 9, 200, 500, 4000}) {
      for (const int most : {1, 4, 7, 64, 1000}) {
        const SizeRule rule = {.multiple = 28, .min_cells = most, .max_cells = most};
        const ImageSize size = RoundedSize({width, height}, rule);
        EXPECT_GE(size.width, 28);
        EXPECT_GE(size.height, 28);
        EXPECT_LE(size.width / 28 * (size.height / 28), most) << width << " x " << height;
      }
    }
  }
}

}  // namespace
}  // namespace edgevlm
