#include "transcribe/drawn_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tokenizer/load_tokenizer.h"
#include "transcribe/testing/tiny_whisper.h"

namespace edgevlm {
namespace {

class DrawnTextTest : public ::testing::Test {
 protected:
  DrawnTextTest()
      : bytes_(TinyWhisper()),
        tokenizer_(*LoadTokenizer(*GgufFile::Parse(bytes_))),
        vocabulary_(tokenizer_.size()),
        tokens_(*SpeechTokens::Find(tokenizer_, vocabulary_)) {}

  // Logits by which one token is the most likely.
  std::vector<float> For(int id) const {
    std::vector<float> logits(static_cast<std::size_t>(vocabulary_), -5.0f);
    logits[static_cast<std::size_t>(id)] = 5;
    return logits;
  }
  bool Choose(DrawnText& text, int id) const {
    std::vector<float> logits = For(id);
    return text.Choose(logits);
  }
  int Time(int index) const { return tokens_.first_timestamp() + index; }

  std::vector<std::byte> bytes_;
  Tokenizer tokenizer_;
  int vocabulary_;
  SpeechTokens tokens_;
};

TEST_F(DrawnTextTest, EndsBeforeTheEnd) {
  DrawnText text(tokens_, {.vocabulary = vocabulary_, .most = 10});
  EXPECT_TRUE(Choose(text, Time(0)));
  EXPECT_TRUE(Choose(text, 300));
  EXPECT_TRUE(Choose(text, Time(30)));
  EXPECT_FALSE(Choose(text, tokens_.end));
  EXPECT_EQ(text.tokens(), (std::vector<int>{Time(0), 300, Time(30)}));
  EXPECT_LT(text.MeanLogProbability(), 0);
  EXPECT_GT(text.MeanLogProbability(), -0.1);
}

TEST_F(DrawnTextTest, HasAtMostSoManyTokens) {
  DrawnText text(tokens_, {.vocabulary = vocabulary_, .most = 3});
  EXPECT_TRUE(Choose(text, Time(0)));
  EXPECT_TRUE(Choose(text, 300));
  EXPECT_FALSE(Choose(text, 301));
  EXPECT_EQ(text.tokens().size(), 3u);
}

TEST_F(DrawnTextTest, ALoopIsCutAndNoGoodText) {
  DrawnText text(tokens_, {.vocabulary = vocabulary_, .most = 200});
  EXPECT_TRUE(Choose(text, Time(0)));
  int chosen = 1;
  while (Choose(text, 300 + chosen % 4)) ++chosen;
  EXPECT_LT(chosen, 30);
  EXPECT_EQ(text.tokens().size(), 5u);  // the time, and the phrase once
  EXPECT_GT(text.CompressionRatio(tokenizer_), DrawnText::kMostCompression);
}

// With equal logits each token is as likely; the same seed draws the same ones.
TEST_F(DrawnTextTest, SeedsTellDrawsApart) {
  const auto draw = [&](std::uint64_t seed) {
    DrawnText text(tokens_, {.temperature = 1, .seed = seed, .vocabulary = vocabulary_, .most = 8});
    Choose(text, Time(0));
    std::vector<float> logits(static_cast<std::size_t>(vocabulary_), 0.0f);
    while (text.Choose(logits)) std::ranges::fill(logits, 0.0f);
    return text.tokens();
  };
  EXPECT_EQ(draw(1), draw(1));
  EXPECT_NE(draw(1), draw(2));
}

}  // namespace
}  // namespace edgevlm
