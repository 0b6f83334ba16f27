#include "train/scenes/figure.h"

#include <gtest/gtest.h>

namespace edgevlm::train {
namespace {

constexpr Rgb kRed = {255, 0, 0}, kBlue = {0, 0, 255};

TEST(FigurePart, DistancesAreSigned) {
  const FigurePart stroke = {FigurePart::Form::kStroke, {-0.5f, 0}, {0.5f, 0}, 0.1f, kRed};
  EXPECT_FLOAT_EQ(stroke.Distance({0, 0}), -0.1f);
  EXPECT_FLOAT_EQ(stroke.Distance({0.2f, 0.3f}), 0.2f);
  EXPECT_FLOAT_EQ(stroke.Distance({0.9f, 0}), 0.3f);  // beyond its round end
  const FigurePart disc = {FigurePart::Form::kStroke, {0, 0}, {0, 0}, 0.5f, kRed};
  EXPECT_FLOAT_EQ(disc.Distance({0.6f, 0.8f}), 0.5f);
  const FigurePart box = {FigurePart::Form::kBox, {-0.5f, -0.25f}, {0.5f, 0.25f}, 0, kRed};
  EXPECT_FLOAT_EQ(box.Distance({0, 0}), -0.25f);
  EXPECT_FLOAT_EQ(box.Distance({0.9f, 0.55f}), 0.5f);
  const FigurePart rounded = {FigurePart::Form::kBox, {-0.5f, -0.5f}, {0.5f, 0.5f}, 0.2f, kRed};
  EXPECT_GT(rounded.Distance({0.49f, 0.49f}), 0);
  EXPECT_LT(rounded.Distance({0.49f, 0}), 0);
}

TEST(FigurePaint, DrawsLaterPartsOverEarlierOnesInsideItsBody) {
  Figure figure{.height_ratio = 0.5f};
  figure.body = {FigurePart::Form::kBox, {-0.8f, -0.4f}, {0.8f, 0.4f}, 0, kRed};
  figure.parts.push_back({FigurePart::Form::kStroke, {-2, 0}, {2, 0}, 0.1f, kBlue});
  const FigurePaint paint(figure, 200);
  EXPECT_EQ(paint(0.02f, 0.5f).a, 0) << "outside of the body";
  EXPECT_EQ(paint(0.3f, 0.5f).b, 255);
  EXPECT_EQ(paint(0.3f, 0.2f).r, 255);
  EXPECT_EQ(paint(0.3f, 0.2f).b, 0);
  EXPECT_LT(paint.Distance(0.5f, 0.5f), 0);
  EXPECT_GT(paint.Distance(0.02f, 0.5f), 0);
}

}  // namespace
}  // namespace edgevlm::train
