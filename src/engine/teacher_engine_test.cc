#include "engine/teacher_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/testing/tiny_engine.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAreArray;

Message About(const TeacherImage& image, const std::string& question) {
  return {.role = Role::kUser, .parts = {{.image = image.encoded}, {.text = question}}};
}

TEST(TeacherEngine, KeepsTheFeaturesOfTheImage) {
  const Engine engine = TinyEngine();
  const TeacherEngine teacher(engine);
  const Image stripes = TinyPattern(20, 30);
  const Result<TeacherImage> image = teacher.Encode(stripes, true);
  ASSERT_TRUE(image.ok()) << image.error().message;
  const Result<EncodedImage> encoded =
      engine.EncodeImage(PixelsView{.width = 20, .height = 30, .rgb = stripes.pixels});
  ASSERT_TRUE(encoded.ok());
  EXPECT_EQ(image->encoded->embeddings, encoded->embeddings);
  const int rows = static_cast<int>(image->features.size()) / image->feature_width;
  EXPECT_EQ(image->feature_grid_width * image->feature_grid_width, rows);
  EXPECT_EQ(image->token_grid_width * image->token_grid_width, encoded->tokens);
  EXPECT_TRUE(image->attention.empty()) << "a convolutional encoder has none";
  EXPECT_TRUE(teacher.keeps_proportions());
}

TEST(TeacherEngine, LogitsAreThoseOfTheEngineWhateverWasAskedBefore) {
  const Engine engine = TinyEngine();
  TeacherEngine teacher(engine);
  const Result<TeacherImage> image = teacher.Encode(TinyPattern(16, 16), false);
  ASSERT_TRUE(image.ok());
  const Message question = About(*image, "a cat");
  const Result<ReplyLogits> first = teacher.LogitsOf({&question, 1}, "cat at");
  ASSERT_TRUE(first.ok()) << first.error().message;
  const auto vocabulary = static_cast<std::size_t>(engine.info().vocabulary_tokens);
  ASSERT_EQ(first->logits.size(), (first->tokens.size() + 1) * vocabulary);

  // The same tokens through the engine: those of the question, and then the reply.
  const Tokenizer& tokenizer = teacher.tokenizer();
  std::vector<int> tokens = {kImageToken, *tokenizer.Special("<|question|>")};
  for (const int id : tokenizer.Encode(" a cat?")) tokens.push_back(id);
  tokens.push_back(*tokenizer.Special("<|answer|>"));
  tokens.insert(tokens.end(), first->tokens.begin(), first->tokens.end());
  const Result<std::vector<float>> all = engine.Logits(tokens, image->encoded.get());
  ASSERT_TRUE(all.ok()) << all.error().message;
  EXPECT_THAT(first->logits,
              ElementsAreArray(all->end() - std::ptrdiff_t(first->logits.size()), all->end()));

  const Message other = About(*image, "at");
  ASSERT_TRUE(teacher.LogitsOf({&other, 1}, "a").ok());
  EXPECT_EQ(teacher.LogitsOf({&question, 1}, "cat at")->logits, first->logits);
}

TEST(TeacherEngine, ImageLogitsEndWithThoseBehindTheImage) {
  const Engine engine = TinyEngine();
  TeacherEngine teacher(engine);
  const Result<TeacherImage> image = teacher.Encode(TinyPattern(16, 16), false);
  ASSERT_TRUE(image.ok());
  const Result<std::vector<float>> logits = teacher.ImageLogits(*image);
  ASSERT_TRUE(logits.ok()) << logits.error().message;
  const int vocabulary = engine.info().vocabulary_tokens;
  ASSERT_EQ(logits->size(), static_cast<std::size_t>(image->encoded->tokens) *
                                static_cast<std::size_t>(vocabulary));
  Session session(engine);
  ASSERT_FALSE(session.SetImage(image->encoded));
  const int tokens[] = {kImageToken};
  const Result<std::span<const float>> last = session.Evaluate(tokens);
  ASSERT_TRUE(last.ok());
  EXPECT_THAT(*last, ElementsAreArray(logits->end() - vocabulary, logits->end()));
}

TEST(TeacherEngine, RejectsRepliesBeyondTheContext) {
  const Engine engine = TinyEngine();
  TeacherEngine teacher(engine);
  const Result<TeacherImage> image = teacher.Encode(TinyPattern(16, 16), false);
  ASSERT_TRUE(image.ok());
  const Message question = About(*image, "a");
  const auto length = static_cast<std::size_t>(engine.info().context_tokens);
  EXPECT_EQ(teacher.LogitsOf({&question, 1}, std::string(length, 'x')).error().code,
            ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace edgevlm
