#include "eval/scores/caption_tokens.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

std::string TokensOf(std::string_view caption) {
  std::string text;
  for (const std::string& token : CaptionTokens(caption)) {
    text += (text.empty() ? "" : "|") + token;
  }
  return text;
}

TEST(CaptionTokens, LoseCaseAndPunctuation) {
  EXPECT_EQ(TokensOf("A Dog, a cat; and: a \"bird\"."), "a|dog|a|cat|and|a|bird");
  EXPECT_EQ(TokensOf("Wait... what - no -- yes?"), "wait|what|no|yes");
  EXPECT_EQ(TokensOf("What?! Stop!!"), "what|?!|stop|!!");
  EXPECT_EQ(TokensOf(""), "");
  EXPECT_EQ(TokensOf(" . ' '' - -- `` ,"), "");
}

TEST(CaptionTokens, KeepBracketsByName) {
  EXPECT_EQ(TokensOf("one (two) [3] {4}"), "one|-lrb-|two|-rrb-|-lsb-|3|-rsb-|-lcb-|4|-rcb-");
}

TEST(CaptionTokens, SplitContractions) {
  EXPECT_EQ(TokensOf("isn't can't won't couldn't've"), "is|n't|ca|n't|wo|n't|could|n't|'ve");
  EXPECT_EQ(TokensOf("the dogs' owner's bird 's"), "the|dogs|owner|'s|bird|'s");
  EXPECT_EQ(TokensOf("they're I'm we'd it'll"), "they|'re|i|'m|we|'d|it|'ll");
  EXPECT_EQ(TokensOf("cannot gonna gimme"), "can|not|gon|na|gim|me");
  EXPECT_EQ(TokensOf("five o'clock rock 'n' roll"), "five|o'clock|rock|'n'|roll");
}

TEST(CaptionTokens, KeepNumbersAndNames) {
  EXPECT_EQ(TokensOf("well-lit 3/4 12:30 1,000 a@b.org."), "well-lit|3/4|12:30|1,000|a@b.org");
  EXPECT_EQ(TokensOf("$5.50, 10% and #1"), "$|5.50|10|%|and|#|1");
  EXPECT_EQ(TokensOf("see (http://a.org/b:c), or www.b.org!"),
            "see|-lrb-|http://a.org/b:c|-rrb-|or|www.b.org");
  EXPECT_EQ(TokensOf("Mr. Lee in the U.S. with dogs, cats etc. on St. Roch"),
            "mr.|lee|in|the|u.s.|with|dogs|cats|etc.|on|st.|roch");
  EXPECT_EQ(TokensOf("It says no. No. 5 is dog.A"), "it|says|no|no.|5|is|dog.a");
}

TEST(CaptionTokens, MapOtherCharacters) {
  EXPECT_EQ(TokensOf("\u201Cred\u201D \u2018blue\u2019 \u2014 it\u2019s"), "red|blue|it|'s");
  EXPECT_EQ(TokensOf("50\u00B0C, \u00A35, \u20AC6, \u00BD cup"), "50|\u00B0|c|#|5|$|6|1/2|cup");
  EXPECT_EQ(TokensOf("a dog \U0001F436\u2764\uFE0F\u3000at a CAF\u00C9\u2028now"),
            "a|dog|at|a|caf\u00E9|now");
}

TEST(CaptionTokens, SurviveEveryCut) {
  const std::string text = "(\u201CIsn't\u2026 $5.50\u201D) \U0001F436 U.S. 50\u00B0C?! http://a.b";
  for (std::size_t length = 0; length <= text.size(); ++length) {
    for (const std::string& token : CaptionTokens(text.substr(0, length))) {
      EXPECT_FALSE(token.empty()) << length;
      EXPECT_EQ(token.find(' '), std::string::npos) << length;
    }
  }
}

}  // namespace
}  // namespace edgevlm
