#include "decode/reply_text.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

std::string AddAll(ReplyText& text, const std::vector<std::string>& pieces) {
  std::string shown;
  for (const std::string& piece : pieces) {
    const std::string_view now = text.Add(piece);
    EXPECT_TRUE(IsUtf8(now)) << "half a character was shown";
    shown += now;
  }
  shown += text.Finish();
  EXPECT_EQ(shown, text.shown());
  return shown;
}

TEST(ReplyText, DropsOneLeadingBlankOnly) {
  ReplyText text({}, 0);
  EXPECT_EQ(AddAll(text, {"  a", " b"}), " a b");
}

TEST(ReplyText, KeepsTheFirstBlankOfWhatGoesOn) {
  ReplyText text({}, 0, /*continues=*/true);
  EXPECT_EQ(AddAll(text, {" a", " b"}), " a b");
}

TEST(ReplyText, HoldsBackHalfCharacters) {
  ReplyText text({}, 0);
  EXPECT_EQ(text.Add("\xE2"), "");
  EXPECT_EQ(text.Add("\x82"), "");
  EXPECT_EQ(text.Add("\xAC!"), "\xE2\x82\xAC!");
}

// A reply may end anywhere: at its maximum length, at the end of the context.
TEST(ReplyText, AnUnfinishedCharacterIsLeftOut) {
  for (const char* partial : {"\xC3", "\xE2\x82", "\xF0", "\xF0\x9F", "\xF0\x9F\x98"}) {
    const std::vector<std::string> stop = {"END"};
    ReplyText text(stop, 0);
    EXPECT_EQ(AddAll(text, {"good E", partial}), "good E");
  }
}

TEST(ReplyText, ReplacesBytesThatAreNoText) {
  ReplyText text({}, 0);
  EXPECT_EQ(AddAll(text, {"a\xFF", "b\xC0\x80"}),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(ReplyText, StopStringAcrossTokens) {
  const std::vector<std::string> stop = {"END", "\n\n"};
  ReplyText text(stop, 0);
  EXPECT_EQ(text.Add("one E"), "one ");
  EXPECT_EQ(text.Add("N"), "");
  EXPECT_EQ(text.Add("O"), "ENO");
  EXPECT_EQ(text.Add(" E"), " ");
  EXPECT_FALSE(text.stopped());
  EXPECT_EQ(text.Add("ND and more"), "");
  EXPECT_TRUE(text.stopped());
  EXPECT_EQ(text.Add("never"), "");
  EXPECT_EQ(text.Finish(), "");
  EXPECT_EQ(text.shown(), "one ENO ");
}

TEST(ReplyText, EarliestOfSeveralStopStrings) {
  const std::vector<std::string> stop = {"c", "ab"};
  ReplyText text(stop, 0);
  EXPECT_EQ(AddAll(text, {"xabc"}), "x");
}

TEST(ReplyText, ThePrefixOfAStopStringComesOutAtTheEnd) {
  const std::vector<std::string> stop = {"aab"};
  ReplyText text(stop, 0);
  EXPECT_EQ(text.Add("aaa"), "a");
  EXPECT_EQ(text.Finish(), "aa");
}

// However the bytes are split into tokens, the text is the one that a plain search gives.
TEST(ReplyText, CutsDoNotMatter) {
  std::mt19937 random(20240607);
  const std::vector<std::string> stop = {"aba", "bb\xC3\xA9", "\xC3\xA9\xC3\xA9"};
  const std::vector<std::string> letters = {"a", "b", "\xC3\xA9", "\xE2\x82\xAC"};
  for (int round = 0; round < 500; ++round) {
    std::string whole;
    for (int i = 0; i < 12; ++i) whole += letters[random() % letters.size()];
    std::size_t cut = whole.size();
    for (const std::string& s : stop) cut = std::min(cut, whole.find(s));
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < whole.size();) {
      const std::size_t length = 1 + random() % 4;
      pieces.push_back(whole.substr(at, length));
      at += length;
    }
    ReplyText text(stop, 0);
    EXPECT_EQ(AddAll(text, pieces), whole.substr(0, cut)) << "round " << round << ": " << whole;
  }
}

}  // namespace
}  // namespace edgevlm
