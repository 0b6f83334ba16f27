#include "train/data/text_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "train/vocabulary/train_bpe.h"

namespace edgevlm::train {
namespace {

using ::testing::ElementsAre;

constexpr int kFirstPosition = 100;

// One token per byte, so that a caption of n letters has n + 3 tokens: <|caption|>, the space, the
// letters, <|endoftext|>.
Tokenizer ByteTokenizer() {
  Result<Tokenizer> tokenizer = Tokenizer::Create(TrainBpe({}, 256 + kSpecialTokens.size()));
  CHECK(tokenizer.ok());
  return *std::move(tokenizer);
}

Text Letters(int kind, int count) {
  return {kind, "", std::string(static_cast<std::size_t>(count), static_cast<char>('a' + kind))};
}

std::string TextOf(const Tokenizer& tokenizer, std::span<const int> ids) {
  return tokenizer.Decode(ids);
}

TEST(TokensOf, ACaptionIsBetweenItsSpecialTokens) {
  const Tokenizer tokenizer = ByteTokenizer();
  const TextTokens tokens = TokensOf({0, "", "a dog"}, tokenizer);
  ASSERT_EQ(tokens.ids.size(), 8u);
  EXPECT_EQ(tokens.ids.front(), tokenizer.Special("<|caption|>"));
  EXPECT_EQ(tokens.ids.back(), tokenizer.Special("<|endoftext|>"));
  EXPECT_EQ(tokens.reply_begin, 1);
  EXPECT_EQ(TextOf(tokenizer, std::span(tokens.ids).subspan(1, 6)), " a dog");
}

TEST(TokensOf, AnAnswerFollowsItsQuestion) {
  const Tokenizer tokenizer = ByteTokenizer();
  const TextTokens tokens = TokensOf({1, "how many?", "two"}, tokenizer);
  ASSERT_EQ(tokens.ids.size(), 1u + 10 + 1 + 4 + 1);
  EXPECT_EQ(tokens.ids.front(), tokenizer.Special("<|question|>"));
  EXPECT_EQ(tokens.ids[11], tokenizer.Special("<|answer|>"));
  EXPECT_EQ(tokens.ids.back(), tokenizer.Special("<|endoftext|>"));
  EXPECT_EQ(tokens.reply_begin, 12);
  EXPECT_EQ(TextOf(tokenizer, std::span(tokens.ids).subspan(1, 10)), " how many?");
  EXPECT_EQ(TextOf(tokenizer, std::span(tokens.ids).subspan(12, 4)), " two");
}

TEST(TokensOf, EarlierTurnsHaveTheirMarks) {
  const Tokenizer tokenizer = ByteTokenizer();
  const TextTokens tokens = TokensOf({1, "a?\nyes\nb?", "no"}, tokenizer);
  const int question = *tokenizer.Special("<|question|>");
  const int answer = *tokenizer.Special("<|answer|>");
  EXPECT_THAT(tokens.ids,
              ElementsAre(question, ' ', 'a', '?', answer, ' ', 'y', 'e', 's', question, ' ', 'b',
                          '?', answer, ' ', 'n', 'o', *tokenizer.Special("<|endoftext|>")));
  EXPECT_EQ(tokens.reply_begin, 14);
}

TEST(PackTexts, MentionsInEarlierTurnsAreFound) {
  const Tokenizer tokenizer = ByteTokenizer();
  const Text text{1, "a dog?\nyes\nit?", "no", {{false, 5, 7}}};
  const TextRows rows = PackTexts({text}, tokenizer, 1, 32, kFirstPosition);
  // <|question|>, a space, and the five letters up to "dog".
  EXPECT_EQ(rows.mentions[6], 8);
  // And before the answer, for what "it" means.
  EXPECT_EQ(rows.mentions[static_cast<std::size_t>(TokensOf(text, tokenizer).reply_begin) - 1], 8);
}

// Every field of every slot, from the definition.
TEST(PackTexts, LabelsAreTheNextTokensOfReplies) {
  const Tokenizer tokenizer = ByteTokenizer();
  const std::vector<Text> texts = {{0, "", "cat", {}, 0.5f},
                                   {1, "who", "I"},
                                   {2, "a?", "b c"},
                                   {3, "", "x"},
                                   {4, "is it", "no"}};
  constexpr int kRows = 3, kLength = 16;
  const TextRows rows = PackTexts(texts, tokenizer, kRows, kLength, kFirstPosition);
  ASSERT_EQ(rows.spans.size(), texts.size());

  std::set<int> taken;
  for (const TokenSpan& span : rows.spans) {
    const TextTokens tokens = TokensOf(texts[static_cast<std::size_t>(span.kind)], tokenizer);
    ASSERT_EQ(span.end - span.begin, static_cast<int>(tokens.ids.size()) - 1);
    ASSERT_LE(span.end, kLength);
    for (int i = 0; i < span.end - span.begin; ++i) {
      const int slot = span.row * kLength + span.begin + i;
      EXPECT_TRUE(taken.insert(slot).second) << "two texts at slot " << slot;
      const auto at = static_cast<std::size_t>(slot);
      const auto token = static_cast<std::size_t>(i);
      EXPECT_EQ(rows.ids[at], tokens.ids[token]);
      EXPECT_EQ(rows.positions[at], kFirstPosition + i);
      EXPECT_EQ(rows.starts[at], span.begin);
      const bool before_reply = i + 1 < tokens.reply_begin;
      EXPECT_EQ(rows.labels[at], before_reply ? -1 : tokens.ids[token + 1])
          << "text " << span.kind << " token " << i;
      const float weight = texts[static_cast<std::size_t>(span.kind)].weight;
      EXPECT_EQ(rows.weights[at], before_reply ? 0.0f : weight);
    }
  }
  for (int slot = 0; slot < kRows * kLength; ++slot) {
    if (taken.count(slot) != 0) continue;
    const auto at = static_cast<std::size_t>(slot);
    EXPECT_EQ(rows.ids[at], 0);
    EXPECT_EQ(rows.labels[at], -1);
    EXPECT_EQ(rows.weights[at], 0.0f);
    EXPECT_EQ(rows.starts[at], slot % kLength) << "an empty slot attends to itself only";
    EXPECT_EQ(rows.positions[at], kFirstPosition);
  }
}

// A caption of n letters takes n + 2 slots: its end is a label only.
TEST(PackTexts, TextsGoToTheFirstRowThatFits) {
  const Tokenizer tokenizer = ByteTokenizer();
  constexpr int kLength = 10;
  const std::vector<Text> texts = {
      Letters(0, 5),  // 7 of row 0
      Letters(1, 9),  // 11: fits nowhere
      Letters(2, 8),  // 10: fills row 1 to its end
      Letters(3, 1),  // 3: fills row 0
      Letters(4, 1),  // does not fit
  };
  const TextRows rows = PackTexts(texts, tokenizer, 2, kLength, kFirstPosition);
  std::vector<std::vector<int>> spans;
  for (const TokenSpan& span : rows.spans) {
    spans.push_back({span.kind, span.row, span.begin, span.end});
  }
  EXPECT_THAT(spans, ElementsAre(ElementsAre(0, 0, 0, 7), ElementsAre(2, 1, 0, 10),
                                 ElementsAre(3, 0, 7, 10)));
  const int end = *tokenizer.Special("<|endoftext|>");
  for (const std::size_t last : {6, 9, 19}) EXPECT_EQ(rows.labels[last], end) << "slot " << last;
}

TEST(PackTexts, MentionsAreAtTheLastTokenOfTheName) {
  const Tokenizer tokenizer = ByteTokenizer();
  const Text text{1, "a dog?", "by a cat", {{false, 5, 41}, {true, 8, TextMention::kNowhere}}};
  constexpr int kLength = 24;
  const TextRows rows = PackTexts({Letters(0, 1), text}, tokenizer, 1, kLength, kFirstPosition);
  ASSERT_EQ(rows.spans.size(), 2u);
  for (int slot = 0; slot < kLength; ++slot) {
    // <|caption|> " a", then <|question|> " a dog?" <|answer|> " by a cat".
    const bool asks = slot == 3 + 6 || slot == 3 + 8;
    const int expected = asks ? 1 + 41 : slot == 3 + 8 + 9 ? 0 : -1;
    EXPECT_EQ(rows.mentions[static_cast<std::size_t>(slot)], expected) << "slot " << slot;
  }
  EXPECT_THAT(rows.earlier, ::testing::Each(0)) << "the second is nowhere";
  EXPECT_EQ(rows.ids[9], tokenizer.Encode("g").front());
  EXPECT_EQ(rows.ids[20], tokenizer.Encode("t").front());
}

TEST(PackTexts, MentionsReferToTheEarlierOneInTheirText) {
  const Tokenizer tokenizer = ByteTokenizer();
  const std::vector<TextMention> mentions = {
      {false, 1, 7}, {false, 2, TextMention::kNowhere}, {false, 3, 5}, {true, 1, 9}};
  const std::vector<Text> texts = {{1, "abc", "d", mentions}, {1, "abc", "d", mentions}};
  const TextRows rows = PackTexts(texts, tokenizer, 1, 20, kFirstPosition);
  std::vector<std::int64_t> found;
  for (const TokenSpan& span : rows.spans) {
    for (int slot = span.begin; slot < span.end; ++slot) {
      found.push_back(rows.earlier[static_cast<std::size_t>(slot)]);
    }
  }
  // <|question|> space a b c <|answer|> space d, twice.
  EXPECT_THAT(found, ElementsAre(0, 0, 0, 0, 8, 8, 0, 6, 0, 0, 0, 0, 8, 8, 0, 6));
}

TEST(PackTexts, NoTextsLeaveEmptyRows) {
  const TextRows rows = PackTexts({}, ByteTokenizer(), 2, 3, kFirstPosition);
  EXPECT_TRUE(rows.spans.empty());
  EXPECT_THAT(rows.labels, ElementsAre(-1, -1, -1, -1, -1, -1));
  EXPECT_THAT(rows.starts, ElementsAre(0, 1, 2, 0, 1, 2));
}

}  // namespace
}  // namespace edgevlm::train
