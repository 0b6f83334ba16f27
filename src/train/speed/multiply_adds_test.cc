#include "train/speed/multiply_adds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "train/testing/tiny_trainer.h"

namespace edgevlm::train {
namespace {

constexpr int kImages = 2;
// Of TinyShape() and TinySamples().
constexpr double kWidth = 16, kTokens = 261, kFeatures = 8, kCells = 4, kTextRows = 3 * 20;

class MultiplyAddsTest : public ::testing::Test {
 protected:
  ForwardWork Work(const DistilOptions& options = {}) {
    return ForwardWorkOf(model_, batch_, options);
  }
  double Replies() const { return (batch_.labels >= 0).sum().item<double>(); }

  Vlm model_ = TinyModel(1);
  const Batch batch_ = TinyBatch(kImages, 1);
};

// Table 2 of Howard et al. 2019, by hand for an image of 32 x 32 pixels.
TEST_F(MultiplyAddsTest, CountTheVisionEncodersConvolutions) {
  struct Row {
    double in, expanded, out, kernel, squeezed, side_in, side_out;
  };
  constexpr Row kRows[] = {
      {16, 16, 16, 3, 8, 16, 8},   {16, 72, 24, 3, 0, 8, 4},   {24, 88, 24, 3, 0, 4, 4},
      {24, 96, 40, 5, 24, 4, 2},   {40, 240, 40, 5, 64, 2, 2}, {40, 240, 40, 5, 64, 2, 2},
      {40, 120, 48, 5, 32, 2, 2},  {48, 144, 48, 5, 40, 2, 2}, {48, 288, 96, 5, 72, 2, 2},
      {96, 576, 96, 5, 144, 2, 2}, {96, 576, 96, 5, 144, 2, 2}};
  double expected = 3 * 9 * 16 * 16 * 16;  // the stem
  for (const Row& row : kRows) {
    const double before = row.side_in * row.side_in, after = row.side_out * row.side_out;
    if (row.expanded != row.in) expected += row.in * row.expanded * before;
    expected += row.kernel * row.kernel * row.expanded * after;
    expected += 2 * row.expanded * row.squeezed;
    expected += row.expanded * row.out * after;
  }
  expected += 96 * kFeatures * kCells;
  const double head_outputs = (1 + kTinyThings) + 1 + 4 + 10 + 11 + kMaxDigits * 11 + 4;
  expected += kFeatures * head_outputs * kCells;
  EXPECT_EQ(Work().encoder, kImages * expected);
}

TEST_F(MultiplyAddsTest, CountTheDecodersRowsAndPairs) {
  double pairs = kImages * (kCells * (kCells + 1) / 2 + kTextRows * kCells);
  const auto starts = batch_.text_starts.accessor<int, 3>();
  for (int b = 0; b < kImages; ++b) {
    for (int m = 0; m < 3; ++m) {
      for (int i = 0; i < 20; ++i) pairs += i - starts[b][m][i] + 1;
    }
  }
  const double square = kWidth * kWidth, rows = kImages * (kCells + kTextRows);
  const double attention = 2 * 2 * pairs * kWidth;  // two blocks
  const double last_rows = kImages * kTextRows;     // the image tokens are not needed any more
  EXPECT_EQ(Work().decoder,
            attention + rows * 12 * square + rows * 3 * square + last_rows * 9 * square);
  EXPECT_EQ(Work().projector, kImages * kCells * (kFeatures * kWidth + square));
  ASSERT_GT(Replies(), 0);
  EXPECT_EQ(Work().logits, Replies() * kWidth * kTokens);

  DistilOptions visual;
  visual.visual_logits = 1;
  EXPECT_EQ(Work(visual).decoder, attention + 2 * rows * 12 * square);
  EXPECT_EQ(Work(visual).logits, (Replies() + kImages * kCells) * kWidth * kTokens);
}

TEST(StepMultiplyAdds, CountBackwardWhereSomethingLearns) {
  const ForwardWork work = {.encoder = 1000, .projector = 100, .decoder = 10, .logits = 1};
  EXPECT_EQ(StepMultiplyAdds(work, Phase::kVisionEncoder), 3000);
  EXPECT_EQ(StepMultiplyAdds(work, Phase::kDecoder), 1333);
  EXPECT_EQ(StepMultiplyAdds(work, Phase::kAll), 3333);
}

}  // namespace
}  // namespace edgevlm::train
