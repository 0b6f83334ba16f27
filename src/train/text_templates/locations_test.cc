#include "train/text_templates/locations.h"

#include <gtest/gtest.h>

namespace edgevlm::train {
namespace {

TEST(LocationOf, IsANinthAwayFromBorders) {
  EXPECT_EQ(LocationOf({0.1f, 0.1f}), 0);
  EXPECT_EQ(LocationOf({0.5f, 0.1f}), 1);
  EXPECT_EQ(LocationOf({0.5f, 0.5f}), 4);
  EXPECT_EQ(LocationOf({0.1f, 0.9f}), 6);
  EXPECT_EQ(LocationOf({0.3f, 0.1f}), std::nullopt);
  EXPECT_EQ(LocationOf({0.1f, 0.7f}), std::nullopt);
  EXPECT_EQ(SharedLocation({{0.1f, 0.1f}, {0.2f, 0.2f}}), 0);
  EXPECT_EQ(SharedLocation({{0.1f, 0.1f}, {0.9f, 0.2f}}), std::nullopt);
}

TEST(MayBeAt, CountsAnEdgeAsTheWholeThird) {
  EXPECT_TRUE(MayBeAt({0.1f, 0.9f}, 3));   // "on the left" includes the bottom left
  EXPECT_FALSE(MayBeAt({0.1f, 0.9f}, 0));  // "in the top left" does not
  EXPECT_TRUE(MayBeAt({0.36f, 0.1f}, 0));  // within the margin
  EXPECT_FALSE(MayBeAt({0.4f, 0.1f}, 0));
}

TEST(ClearRelation, NeedsAGapBetweenAllThings) {
  EXPECT_EQ(ClearRelation({{0.1f, 0.5f}}, {{0.3f, 0.5f}}), Relation::kLeftOf);
  EXPECT_EQ(ClearRelation({{0.1f, 0.5f}}, {{0.2f, 0.5f}}), std::nullopt);
  EXPECT_EQ(ClearRelation({{0.1f, 0.9f}}, {{0.3f, 0.1f}}), Relation::kBelow);  // the wider gap
  EXPECT_EQ(ClearRelation({{0.1f, 0.5f}, {0.9f, 0.5f}}, {{0.5f, 0.5f}}), std::nullopt);
}

}  // namespace
}  // namespace edgevlm::train
