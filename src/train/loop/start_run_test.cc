#include "train/loop/start_run.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "train/scenes/things.h"
#include "train/testing/tiny_trainer.h"

namespace edgevlm::train {
namespace {

VlmShape BuiltInShape() {
  VlmShape shape;
  shape.things = static_cast<int>(ThingNames().size());
  shape.decoder = {.vocabulary = 3000, .exits = {2, 4}};
  return shape;
}

TEST(ContinuedShape, IsTheSameUnlessTheOptionsSaySo) {
  VlmShape shape = BuiltInShape();
  const auto same = ContinuedShape({}, shape);
  ASSERT_TRUE(same.ok());
  EXPECT_EQ(*same, shape);
  shape.things -= 2;  // a run from before there were more
  EXPECT_EQ(*ContinuedShape({}, shape), BuiltInShape());
}

TEST(ContinuedShape, Grows) {
  TrainOptions options;
  options.image_side = 224;
  options.encoder = EncoderSize::kMedium;
  options.width = 384;
  options.blocks = 14;
  options.text_tokens = 120;
  const auto shape = ContinuedShape(options, BuiltInShape());
  ASSERT_TRUE(shape.ok()) << shape.error().message;
  EXPECT_EQ(shape->image_side, 224);
  EXPECT_EQ(shape->encoder, EncoderSize::kMedium);
  EXPECT_EQ(shape->decoder.width, 384);
  EXPECT_EQ(shape->decoder.heads, 12);
  EXPECT_EQ(shape->decoder.blocks, 14);
  EXPECT_EQ(shape->text_tokens(), 120);
  EXPECT_EQ(shape->decoder.context, 14 * 14 + 120 + kSparePositions);
  EXPECT_EQ(shape->decoder.exits, (std::vector<int>{4, 9}));  // before old blocks 2 and 4
}

TEST(ContinuedShape, KeepsTheTextsWhenImagesGrow) {
  TrainOptions options;
  options.image_side = 224;
  const auto shape = ContinuedShape(options, BuiltInShape());
  ASSERT_TRUE(shape.ok());
  EXPECT_EQ(shape->text_tokens(), BuiltInShape().text_tokens());
}

TEST(ContinuedShape, KeepsTheGridOfAFineEncoder) {
  TrainOptions options;
  options.encoder = EncoderSize::kFine;
  const auto shape = ContinuedShape(options, BuiltInShape());
  ASSERT_TRUE(shape.ok());
  EXPECT_EQ(shape->image_side, 240);
  EXPECT_EQ(shape->grid(), BuiltInShape().grid());
  EXPECT_EQ(shape->decoder.context, BuiltInShape().decoder.context);
}

TEST(ContinuedShape, RefusesWhatCannotGrow) {
  const auto expect_error = [](const char* option, VlmShape from,
                               const std::function<void(TrainOptions&)>& set) {
    TrainOptions options;
    set(options);
    const auto shape = ContinuedShape(options, from);
    ASSERT_FALSE(shape.ok()) << option;
    EXPECT_EQ(shape.error().code, ErrorCode::kInvalid);
    EXPECT_EQ(shape.error().message.rfind(option, 0), 0u) << shape.error().message;
  };
  expect_error("--width", BuiltInShape(), [](TrainOptions& o) { o.width = 288; });
  expect_error("--width", BuiltInShape(), [](TrainOptions& o) { o.width = 96; });
  expect_error("--blocks", BuiltInShape(), [](TrainOptions& o) { o.blocks = 5; });
  VlmShape medium = BuiltInShape();
  medium.encoder = EncoderSize::kMedium;
  expect_error("--vision-encoder", medium,
               [](TrainOptions& o) { o.encoder = EncoderSize::kSmall; });
  expect_error("--vision-encoder", medium, [](TrainOptions& o) { o.encoder = EncoderSize::kFine; });
  expect_error("--picture-side", BuiltInShape(), [](TrainOptions& o) { o.image_side = 232; });
}

class ResumeRunTest : public ::testing::Test {
 protected:
  ResumeRunTest() {
    options_.out = testing::TempDir() + "resumed";
    std::filesystem::create_directories(options_.out);
    EXPECT_EQ(SaveRun(options_.out, TinyShape(), TinyVocabulary()), std::nullopt);
  }
  ~ResumeRunTest() override { std::filesystem::remove_all(options_.out); }

  TrainOptions options_;
};

TEST_F(ResumeRunTest, TakesTheOptionsThatItWasStartedWith) {
  options_.width = TinyShape().decoder.width;
  options_.blocks = TinyShape().decoder.blocks;
  options_.image_side = TinyShape().image_side;
  options_.text_tokens = TinyShape().text_tokens();
  options_.encoder = EncoderSize::kSmall;
  options_.exits = TinyShape().decoder.exits;
  const auto run = ResumeRun(options_);
  ASSERT_TRUE(run.ok()) << run.error().message;
  EXPECT_EQ(run->shape, TinyShape());
}

TEST_F(ResumeRunTest, RefusesAnotherSize) {
  const auto expect_error = [this](const std::string& option,
                                   const std::function<void(TrainOptions&)>& set) {
    TrainOptions options = options_;
    set(options);
    const auto run = ResumeRun(options);
    ASSERT_FALSE(run.ok()) << option;
    EXPECT_EQ(run.error().code, ErrorCode::kInvalid);
    EXPECT_EQ(run.error().message.rfind(option, 0), 0u) << run.error().message;
  };
  expect_error("--width", [](TrainOptions& o) { o.width = 32; });
  expect_error("--blocks", [](TrainOptions& o) { o.blocks = 1; });
  expect_error("--picture-side", [](TrainOptions& o) { o.image_side = 64; });
  expect_error("--text-tokens", [](TrainOptions& o) { o.text_tokens = 99; });
  expect_error("--vision-encoder", [](TrainOptions& o) { o.encoder = EncoderSize::kMedium; });
  expect_error("--exits", [](TrainOptions& o) { o.exits = {2}; });
}

}  // namespace
}  // namespace edgevlm::train
