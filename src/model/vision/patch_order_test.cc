#include "model/vision/patch_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/vision/interpolate_positions.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAre;

std::vector<int> Numbers(const PatchOrder& order, int cols) {
  std::vector<int> numbers;
  for (const PatchOrder::Place& place : order.patches) {
    numbers.push_back(place.row * cols + place.col);
  }
  return numbers;
}

TEST(PatchOrder, TokensAreSquaresOfNeighbors) {
  const PatchOrder order = OrderPatches(2, 6, 2, 0);
  EXPECT_THAT(Numbers(order, 6), ElementsAre(0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11));
  EXPECT_THAT(order.tokens, ElementsAre(0, 1, 2));
  EXPECT_THAT(order.window_ends, ElementsAre(12));
}

// 3 x 5 tokens of one patch, in windows of 2 x 2; those at the right and the bottom are smaller.
TEST(PatchOrder, WindowsAreCutAtTheEdges) {
  const PatchOrder order = OrderPatches(3, 5, 1, 2);
  EXPECT_THAT(order.tokens, ElementsAre(0, 1, 5, 6, 2, 3, 7, 8, 4, 9, 10, 11, 12, 13, 14));
  EXPECT_EQ(Numbers(order, 5), order.tokens);
  EXPECT_THAT(order.window_ends, ElementsAre(4, 8, 10, 12, 14, 15));
}

// A table of 3 x 3 whose values are their rows and columns: linear, so interpolation is exact.
TEST(InterpolatePositions, AlignsTheCorners) {
  std::vector<float> table;
  for (int place = 0; place < 9; ++place) {
    table.push_back(static_cast<float>(place / 3));
    table.push_back(static_cast<float>(place % 3));
  }
  const PatchOrder order = OrderPatches(2, 5, 1, 0);
  std::vector<float> y(10 * 2);
  InterpolatePositions({table.data(), 9, 2}, 3, {.width = 5, .height = 2}, order,
                       {y.data(), 10, 2});
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_FLOAT_EQ(y[2 * i], 2.0f * static_cast<float>(i / 5)) << i;
    EXPECT_FLOAT_EQ(y[2 * i + 1], 0.5f * static_cast<float>(i % 5)) << i;
  }
}

TEST(InterpolatePositions, OfOneRowAreThoseOfTheFirst) {
  const std::vector<float> table = {1, 2, 3, 4};
  const PatchOrder order = OrderPatches(1, 2, 1, 0);
  std::vector<float> y(2);
  InterpolatePositions({table.data(), 4, 1}, 2, {.width = 2, .height = 1}, order, {y.data(), 2, 1});
  EXPECT_THAT(y, ElementsAre(1, 2));
}

}  // namespace
}  // namespace edgevlm
