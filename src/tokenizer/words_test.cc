#include "tokenizer/words.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tokenizer/pre_tokenizer.h"

namespace edgevlm {
namespace {

using Words = std::vector<std::string_view>;

struct Split {
  std::string_view text;
  Words words;
};

TEST(SplitWords, FollowsTheGpt2Pattern) {
  const Split splits[] = {
      {"", {}},
      {" ", {" "}},
      {"hello world", {"hello", " world"}},
      {"two  dogs", {"two", " ", " dogs"}},
      {"two \n dogs", {"two", " \n", " dogs"}},
      {"a\n\nb", {"a", "\n", "\n", "b"}},
      {"a\tb", {"a", "\t", "b"}},
      {"end  ", {"end", "  "}},
      {"\n =", {"\n", " ="}},
      {"it's we'll I'VE", {"it", "'s", " we", "'ll", " I", "'", "VE"}},
      {"'t 'tis", {"'t", " '", "tis"}},
      {"'re'red", {"'re", "'re", "d"}},
      {"'lx", {"'", "lx"}},
      {"what is 427?", {"what", " is", " 427", "?"}},
      {"4 2 7", {"4", " 2", " 7"}},
      {"x2y", {"x", "2", "y"}},
      {"!!! ...", {"!!!", " ..."}},
      {"Größe Ⅷ½", {"Größe", " Ⅷ½"}},
      {"日本語123", {"日本語", "123"}},
      {"a\u3000b", {"a", "\u3000", "b"}},  // a wide space joins no word
      {"a\u00A0\u00A0b", {"a", "\u00A0", "\u00A0", "b"}},
      {"e\u0301", {"e", "\u0301"}},  // a combining mark is no letter
      {"🐕 dog", {"🐕", " dog"}},
      {"<|image|>", {"<|", "image", "|>"}},
      {"a\xFF\xFE b\xC3", {"a", "\xFF\xFE", " b", "\xC3"}},
  };
  for (const Split& split : splits) EXPECT_EQ(SplitWords(split.text), split.words) << split.text;
}

TEST(SplitWordsAndLines, FollowsTheLlama3Pattern) {
  const Split splits[] = {
      {"", {}},
      {" ", {" "}},
      {"hello world", {"hello", " world"}},
      {"two  dogs", {"two", " ", " dogs"}},
      {"two \n dogs", {"two", " \n", " dogs"}},
      {"a\n\nb", {"a", "\n\n", "b"}},
      {"a\r\n \r\n b", {"a", "\r\n \r\n", " b"}},
      {"a\tb\t\tc", {"a", "\tb", "\t", "\tc"}},
      {"end  ", {"end", "  "}},
      {"\n =", {"\n", " ="}},
      {"it's I'VE I'Ve", {"it", "'s", " I", "'VE", " I", "'Ve"}},
      {"'tis 'lx", {"'t", "is", " '", "lx"}},
      {"(dog) \"cat", {"(dog", ")", " \"", "cat"}},
      {"1234567 89", {"123", "456", "7", " ", "89"}},
      {"x2y", {"x", "2", "y"}},
      {"!!!\n\n ...\r\nx", {"!!!\n\n", " ...\r\n", "x"}},
      {"a.\n b", {"a", ".\n", " b"}},
      {"Größe Ⅷ½", {"Größe", " ", "Ⅷ½"}},
      {"a\u3000b", {"a", "\u3000b"}},  // any space but a line end joins a word
      {"a\u0085b", {"a", "\u0085b"}},
      {"e\u0301e", {"e", "\u0301e"}},
      {"🐕 dog", {"🐕", " dog"}},
      {"a\xFF\xFE b\xC3", {"a", "\xFF\xFE", " b", "\xC3"}},
  };
  for (const Split& split : splits) {
    EXPECT_EQ(SplitWordsAndLines(split.text, 3), split.words) << split.text;
  }
  EXPECT_EQ(SplitWordsAndLines("12 a345", 1), (Words{"1", "2", " a", "3", "4", "5"}));
}

TEST(PreTokenizer, SmolLmSplitsEveryDigit) {
  const auto split = FindPreTokenizer("smollm")->split;
  EXPECT_EQ(split("in 2024, x2"), (Words{"in", " ", "2", "0", "2", "4", ",", " x", "2"}));
  EXPECT_EQ(split("a  1"), (Words{"a", "  ", "1"}));  // what stands before a number ends there
  EXPECT_EQ(split("Ⅷ½ b"), (Words{"Ⅷ", "½", " b"}));
}

TEST(PreTokenizer, DefaultSplitsPunctuationAndThreeDigits) {
  const auto split = FindPreTokenizer("default")->split;
  EXPECT_EQ(split("it's 12345 $x<=y!"),
            (Words{"it", "'", "s", " ", "123", "45", " ", "$", "x", "<=", "y", "!"}));
  EXPECT_EQ(split("٣٣٣٣ 3.14"), (Words{"٣٣٣٣", " ", "3", ".", "14"}));
}

TEST(PreTokenizer, UnknownNamesFindNone) { EXPECT_EQ(FindPreTokenizer("gpt-5"), nullptr); }

class SplitterTest : public ::testing::TestWithParam<const char*> {};

TEST_P(SplitterTest, LosesNoByte) {
  const auto split = FindPreTokenizer(GetParam())->split;
  std::mt19937_64 rng(11);
  constexpr std::string_view kLetters = " '\n\rsdre4$\xC3\xA9\xF0\xFF?";
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (int i = 0; i < 30; ++i) text += kLetters[rng() % kLetters.size()];
    std::string joined;
    for (const std::string_view word : split(text)) {
      ASSERT_FALSE(word.empty());
      joined += word;
    }
    ASSERT_EQ(joined, text) << "round " << round;
  }
}

INSTANTIATE_TEST_SUITE_P(All, SplitterTest,
                         ::testing::Values("default", "gpt-2", "llama-bpe", "qwen2", "smollm"));

}  // namespace
}  // namespace edgevlm
