#include "tokenizer/words.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

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
      {"a\u3000b", {"a", "\u3000", "b"}},  // a wide blank joins no word
      {"a\u00A0\u00A0b", {"a", "\u00A0", "\u00A0", "b"}},
      {"e\u0301", {"e", "\u0301"}},  // a combining mark is no letter
      {"🐕 dog", {"🐕", " dog"}},
      {"<|image|>", {"<|", "image", "|>"}},
      {"a\xFF\xFE b\xC3", {"a", "\xFF\xFE", " b", "\xC3"}},
  };
  for (const Split& split : splits) EXPECT_EQ(SplitWords(split.text), split.words) << split.text;
}

TEST(SplitWords, LosesNoByte) {
  std::mt19937_64 rng(11);
  constexpr std::string_view kLetters = " '\nsdre4\xC3\xA9\xF0\xFF?";
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (int i = 0; i < 30; ++i) text += kLetters[rng() % kLetters.size()];
    std::string joined;
    for (const std::string_view word : SplitWords(text)) {
      ASSERT_FALSE(word.empty());
      joined += word;
    }
    ASSERT_EQ(joined, text) << "round " << round;
  }
}

}  // namespace
}  // namespace edgevlm
