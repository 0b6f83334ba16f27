#include "eval/scores/meteor_align.h"

#include <gtest/gtest.h>

#include "eval/scores/meteor.h"

namespace edgevlm {
namespace {

// Words with the number of their stem: 1 and 101 have the stem 1.
WordAlignment Aligned(const std::vector<int>& candidate, const std::vector<int>& reference) {
  const auto numbered = [](const std::vector<int>& words) {
    NumberedText text;
    for (const int word : words) {
      text.words.push_back(word);
      text.stems.push_back(word % 100);
    }
    return text;
  };
  return AlignWords(numbered(candidate), numbered(reference));
}

void ExpectAlignment(const WordAlignment& found, int exact, int stems, int chunks) {
  EXPECT_EQ(found.exact, exact);
  EXPECT_EQ(found.stems, stems);
  EXPECT_EQ(found.chunks, chunks);
}

TEST(AlignWords, CountsChunks) {
  ExpectAlignment(Aligned({1, 2, 3, 4}, {1, 2, 3, 4}), 4, 0, 1);
  ExpectAlignment(Aligned({1, 2, 3, 4}, {3, 4, 1, 2}), 4, 0, 2);
  ExpectAlignment(Aligned({1, 9, 2}, {1, 8, 2}), 2, 0, 2);
  ExpectAlignment(Aligned({1, 9, 2}, {1, 2}), 2, 0, 2);
  ExpectAlignment(Aligned({1, 2}, {3, 4}), 0, 0, 0);
  ExpectAlignment(Aligned({}, {1}), 0, 0, 0);
  ExpectAlignment(Aligned({1}, {}), 0, 0, 0);
}

TEST(AlignWords, PrefersFewChunks) {
  // The first 1 of the reference could be matched with any 1 of the candidate.
  ExpectAlignment(Aligned({1, 9, 1, 2, 3}, {1, 2, 3}), 3, 0, 1);
  ExpectAlignment(Aligned({1, 1, 1, 1}, {1, 1}), 2, 0, 1);
}

TEST(AlignWords, TakesTheOnlyMatchOfTwoWords) {
  ExpectAlignment(Aligned({1, 102, 3}, {1, 2, 3}), 2, 1, 1);
  // Even where it costs chunks.
  ExpectAlignment(Aligned({1, 3, 102}, {1, 2, 3}), 2, 1, 3);
}

TEST(AlignWords, TakesOtherStemsOnlyWithoutAChunkMore) {
  // 102 could be matched with either 2: the pair is not the only one of both words.
  ExpectAlignment(Aligned({1, 102, 3}, {1, 2, 3, 8, 2}), 2, 1, 1);
  ExpectAlignment(Aligned({1, 3, 102}, {1, 2, 8, 2, 3}), 2, 0, 2);
}

TEST(MeteorSums, AreTheFormula) {
  // P = 1, R = 1/2, F = 1 / (0.15 + 0.85 * 2); two chunks of four matches: 0.6 * 0.5^0.2.
  const MeteorSums sums{
      .candidate_words = 4, .reference_words = 8, .exact = 4, .stems = 0, .chunks = 2};
  EXPECT_NEAR(sums.Score(), 0.258200, 1e-6);
  EXPECT_EQ(MeteorSums().Score(), 0);
}

TEST(EnglishStemmer, FindsStems) {
  EnglishStemmer stemmer;
  EXPECT_EQ(stemmer.Stem("running"), "run");
  EXPECT_EQ(stemmer.Stem(""), "");
  EXPECT_EQ(stemmer.Stem("\xFF\xC3"), "\xFF\xC3");
  const std::string long_word(5000, 's');
  EXPECT_EQ(stemmer.Stem(long_word), long_word);
}

}  // namespace
}  // namespace edgevlm
