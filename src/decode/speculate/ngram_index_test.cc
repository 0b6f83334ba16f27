#include "decode/speculate/ngram_index.h"

#include <gtest/gtest.h>

#include <random>

namespace edgevlm {
namespace {

void Add(NgramIndex& index, std::span<const int> tokens) {
  for (const int token : tokens) index.Add(token);
}

std::vector<int> Continue(const NgramIndex& index, int max_tokens) {
  std::vector<int> tokens;
  index.Continue(max_tokens, tokens);
  return tokens;
}

TEST(NgramIndex, FindsWhatFollowedBefore) {
  NgramIndex index(100);
  Add(index, std::vector{1, 2, 3, 4, 5, 6, 2});
  EXPECT_EQ(Continue(index, 3), std::vector<int>()) << "one token is no match";
  index.Add(3);
  EXPECT_EQ(Continue(index, 3), (std::vector{4, 5, 6}));
  EXPECT_EQ(Continue(index, 1), (std::vector{4}));
  index.Add(9);
  EXPECT_EQ(Continue(index, 3), std::vector<int>());
}

TEST(NgramIndex, TheLongestThenTheLatestMatchCounts) {
  NgramIndex index(100);
  Add(index, std::vector{1, 2, 3, 10, 7, 2, 3, 20, 8, 2, 3, 30, 1, 2, 3});
  EXPECT_EQ(Continue(index, 1), (std::vector{10}));  // 1 2 3
  Add(index, std::vector{40, 9, 2, 3});
  EXPECT_EQ(Continue(index, 1), (std::vector{40}));  // the last 2 3
}

TEST(NgramIndex, RepeatsWhatRepeats) {
  NgramIndex index(100);
  Add(index, std::vector{5, 1, 2, 1, 2});
  EXPECT_EQ(Continue(index, 5), (std::vector{1, 2, 1, 2, 1}));
  Add(index, std::vector{7, 7, 7});
  EXPECT_EQ(Continue(index, 4), (std::vector{7, 7, 7, 7}));
}

TEST(NgramIndex, TextsEndWhereTheyEnd) {
  NgramIndex index(100);
  Add(index, std::vector{1, 2, 3});
  index.Break();
  index.Break();
  Add(index, std::vector{4, 5, 1, 2});
  EXPECT_EQ(Continue(index, 5), (std::vector{3}));
  index.Break();
  EXPECT_EQ(Continue(index, 5), std::vector<int>());
  Add(index, std::vector{3, 4});  // neighbors only across the break
  EXPECT_EQ(Continue(index, 5), std::vector<int>());
}

// A plain search through the last `capacity` tokens at least.
std::vector<int> Search(const std::vector<int>& text, int max_tokens) {
  const int size = static_cast<int>(text.size());
  for (int length = NgramIndex::kLongest; length >= NgramIndex::kShortest; --length) {
    for (int end = size - 1; end >= length; --end) {
      if (!std::equal(text.end() - length, text.end(), text.begin() + end - length)) continue;
      std::vector<int> tokens;
      for (int i = 0; i < max_tokens; ++i) {
        tokens.push_back(end + i < size ? text[static_cast<std::size_t>(end + i)]
                                        : tokens[static_cast<std::size_t>(end + i - size)]);
      }
      return tokens;
    }
  }
  return {};
}

TEST(NgramIndex, AgreesWithASearch) {
  std::mt19937 random(1);
  NgramIndex index(4096);
  std::vector<int> text;
  int found = 0, right = 0;
  for (int i = 0; i < 4000; ++i) {
    text.push_back(static_cast<int>(random() % 40));
    index.Add(text.back());
    const std::vector<int> expected = Search(text, 4);
    if (expected.empty()) {
      EXPECT_TRUE(Continue(index, 4).empty());
      continue;
    }
    ++found;
    if (Continue(index, 4) == expected) ++right;
  }
  EXPECT_GT(found, 2000);
  EXPECT_GT(right, found * 8 / 10) << "a slot of the table is seldom taken by another n-gram";
}

TEST(NgramIndex, ForgetsTheOlderHalf) {
  NgramIndex index(20);
  std::mt19937 random(2);
  for (int i = 0; i < 1000; ++i) {
    index.Add(static_cast<int>(random() % 3));
    EXPECT_LE(Continue(index, 3).size(), 3u);
  }
  Add(index, std::vector{10, 11, 12, 10, 11});
  EXPECT_EQ(Continue(index, 1), (std::vector{12}));
}

}  // namespace
}  // namespace edgevlm
