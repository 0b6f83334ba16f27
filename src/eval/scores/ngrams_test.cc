#include "eval/scores/ngrams.h"

#include <gtest/gtest.h>

#include "eval/scores/bleu.h"
#include "eval/scores/rouge_l.h"

namespace edgevlm {
namespace {

using Tokens = std::vector<std::string>;

TEST(NgramTable, CountsEachNgramOnce) {
  NgramTable table;
  const NgramCounts counts = table.Count(Tokens{"a", "b", "a", "b"});
  ASSERT_EQ(counts[0].size(), 2u);
  EXPECT_EQ(counts[0][0].count, 2u);
  ASSERT_EQ(counts[1].size(), 2u);  // ab twice, ba
  EXPECT_EQ(counts[1][0].count + counts[1][1].count, 3u);
  EXPECT_EQ(counts[2].size(), 2u);
  EXPECT_EQ(counts[3].size(), 1u);
  EXPECT_EQ(table.size(), 7u);
  table.Count(Tokens{"a", "b", "a", "b"});
  EXPECT_EQ(table.size(), 7u);
}

TEST(NgramTable, TellsNgramsApart) {
  NgramTable table;
  const NgramCounts first = table.Count(Tokens{"a", "b c"});
  const NgramCounts second = table.Count(Tokens{"a b", "c"});
  EXPECT_NE(first[1][0].id, second[1][0].id);
}

TEST(NgramTable, CountsShortTexts) {
  NgramTable table;
  EXPECT_TRUE(table.Count({})[0].empty());
  const NgramCounts one = table.Count(Tokens{"a"});
  EXPECT_EQ(one[0].size(), 1u);
  EXPECT_TRUE(one[1].empty());
  EXPECT_EQ(NgramsOf(4, 3), 0);
  EXPECT_EQ(NgramsOf(4, 4), 1);
}

TEST(BleuScore, ClipsByTheReferenceWithMost) {
  NgramTable table;
  const NgramCounts candidate = table.Count(Tokens{"the", "the", "the", "the"});
  const NgramCounts one = table.Count(Tokens{"the", "cat", "sat", "down"});
  const NgramCounts two = table.Count(Tokens{"the", "cat", "the", "dog"});
  BleuScore score;
  EXPECT_EQ(score.Scores()[0], 0);
  const std::vector<BleuScore::Text> references = {{&one, 4}, {&two, 4}};
  score.Add({&candidate, 4}, references);
  EXPECT_NEAR(score.Scores()[0], 0.5, 1e-9);
}

TEST(RougeL, TakesPrecisionAndRecallSeparately) {
  const std::vector<Tokens> references = {{"a", "b"}, {"a", "x", "b", "x", "c", "x", "x", "x"}};
  // P = 3/3 from the second reference, R = 2/2 from the first one.
  EXPECT_EQ(RougeL(Tokens{"a", "b", "c"}, references), 1);
  EXPECT_EQ(RougeL(Tokens{"z"}, references), 0);
  EXPECT_EQ(RougeL(Tokens{}, references), 0);
}

}  // namespace
}  // namespace edgevlm
