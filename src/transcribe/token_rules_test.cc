#include "transcribe/token_rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/argmax/argmax.h"
#include "tokenizer/load_tokenizer.h"
#include "transcribe/testing/tiny_whisper.h"

namespace edgevlm {
namespace {

constexpr int kVocabulary = kTinyTextTokens + 10 + 1501;
constexpr int kEnd = kTinyTextTokens, kText = 300;

class TokenRules : public ::testing::Test {
 protected:
  TokenRules() : file_(TinyWhisper()), tokens_(Find()) {}

  SpeechTokens Find() const {
    const auto parsed = GgufFile::Parse(file_);
    const auto tokenizer = LoadTokenizer(*parsed);
    CHECK(tokenizer.ok());
    auto tokens = SpeechTokens::Find(*tokenizer, kVocabulary);
    CHECK(tokens.ok());
    return *std::move(tokens);
  }

  int Time(int steps) const { return tokens_.first_timestamp() + steps; }

  // Whether `id` may follow.
  bool May(const std::vector<int>& sampled, int id) const {
    std::vector<float> logits(kVocabulary, 0.0f);
    // Texts and the end are so likely that times are not forced.
    std::fill_n(logits.begin(), kTinyTextTokens + 1, 20.0f);
    ApplyTokenRules(tokens_, sampled, logits);
    return !std::isinf(logits[static_cast<std::size_t>(id)]);
  }

  std::vector<std::byte> file_;
  SpeechTokens tokens_;
};

TEST_F(TokenRules, FindsTheTokens) {
  EXPECT_EQ(tokens_.end, kEnd);
  EXPECT_EQ(tokens_.start, kEnd + 1);
  ASSERT_EQ(tokens_.languages.size(), 2u);
  EXPECT_EQ(tokens_.LanguageId("de"), kEnd + 3);
  EXPECT_EQ(tokens_.LanguageId("fr"), std::nullopt);
  EXPECT_EQ(tokens_.translate, kEnd + 4);
  EXPECT_EQ(tokens_.transcribe, kEnd + 5);
  EXPECT_EQ(tokens_.no_speech, kEnd + 8);
  EXPECT_EQ(tokens_.first_timestamp(), kEnd + 10);
  EXPECT_EQ(tokens_.timestamps, 1501);
  EXPECT_DOUBLE_EQ(tokens_.Seconds(Time(150)), 3.0);
}

TEST_F(TokenRules, ATranscriptBeginsWithATimeInTheFirstSecond) {
  EXPECT_FALSE(May({}, kText));
  EXPECT_FALSE(May({}, kEnd));
  EXPECT_TRUE(May({}, Time(0)));
  EXPECT_TRUE(May({}, Time(50)));
  EXPECT_FALSE(May({}, Time(51)));
}

TEST_F(TokenRules, TimesComeInPairs) {
  // The start of a segment is followed by text.
  EXPECT_FALSE(May({Time(0)}, Time(10)));
  EXPECT_TRUE(May({Time(0)}, kText));
  EXPECT_TRUE(May({Time(0)}, kEnd));
  // Its end by the start of the next, or the end.
  const std::vector<int> ended = {Time(0), kText, Time(10)};
  EXPECT_FALSE(May(ended, kText));
  EXPECT_TRUE(May(ended, Time(10)));
  EXPECT_TRUE(May(ended, Time(20)));
  EXPECT_TRUE(May(ended, kEnd));
  EXPECT_TRUE(May({Time(0), kText, Time(10), Time(10)}, kText));
}

TEST_F(TokenRules, TimesNeverGoBack) {
  EXPECT_FALSE(May({Time(5), kText}, Time(4)));
  EXPECT_FALSE(May({Time(5), kText}, Time(5))) << "a segment of no length";
  EXPECT_TRUE(May({Time(5), kText}, Time(6)));
  EXPECT_FALSE(May({Time(5), kText, Time(9)}, Time(8)));
}

TEST_F(TokenRules, SpecialTokensAndNotesAreNoSpeech) {
  const std::vector<int> sampled = {Time(0)};
  for (int id = kEnd + 1; id < kEnd + 10; ++id) EXPECT_FALSE(May(sampled, id)) << id;
  ASSERT_FALSE(tokens_.suppressed.empty());
  for (const int id : tokens_.suppressed) EXPECT_FALSE(May(sampled, id)) << id;
}

TEST_F(TokenRules, ATimeIsForcedIfAllTogetherAreMoreLikely) {
  std::vector<float> logits(kVocabulary, -50.0f);
  logits[kText] = 5;
  for (int steps = 1; steps <= 1000; ++steps) {
    logits[static_cast<std::size_t>(Time(steps))] = 0;  // together log(1000) = 6.9
  }
  ApplyTokenRules(tokens_, std::vector<int>{Time(0), kText}, logits);
  EXPECT_TRUE(tokens_.IsTimestamp(ArgMax(logits)));
}

TEST_F(TokenRules, SomethingIsAlwaysLeft) {
  std::vector<float> logits(kVocabulary, 0.0f);
  ApplyTokenRules(tokens_, std::vector<int>{Time(0), kText, Time(1500)}, logits);
  EXPECT_TRUE(std::isfinite(logits[static_cast<std::size_t>(ArgMax(logits))]));
}

TEST_F(TokenRules, LogitsOfABrokenModelEndTheTranscript) {
  for (const float broken : {std::nanf(""), -INFINITY}) {
    std::vector<float> logits(kVocabulary, broken);
    ApplyTokenRules(tokens_, {}, logits);
    EXPECT_EQ(ArgMax(logits), kEnd);
  }
  std::vector<float> logits(kVocabulary, INFINITY);
  ApplyTokenRules(tokens_, {}, logits);
  EXPECT_TRUE(tokens_.IsTimestamp(ArgMax(logits)));
}

TEST_F(TokenRules, FindsLoops) {
  std::vector<int> sampled = {Time(0), 5, 6, 7};
  EXPECT_EQ(RepeatedTokens(tokens_, sampled), 0);
  for (int i = 0; i < 3; ++i) sampled.insert(sampled.end(), {1, 2, 3, 4, 5});
  EXPECT_EQ(RepeatedTokens(tokens_, sampled), 0) << "three times may be meant";
  sampled.insert(sampled.end(), {1, 2, 3, 4, 5});
  EXPECT_EQ(RepeatedTokens(tokens_, sampled), 15);
  // The same sentence with other times.
  sampled = {Time(0)};
  for (int i = 0; i < 4; ++i) sampled.insert(sampled.end(), {1, 2, Time(i), Time(i)});
  EXPECT_EQ(RepeatedTokens(tokens_, sampled), 12);
}

}  // namespace
}  // namespace edgevlm
