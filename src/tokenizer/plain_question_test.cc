#include "tokenizer/plain_question.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

constexpr std::string_view kDucks = "how many ducks are there";

TEST(PlainQuestion, IsTheSameHoweverTheQuestionIsTyped) {
  for (const char* typed : {
           "how many ducks are there?",
           "How many ducks are there?",
           "HOW MANY DUCKS ARE THERE?",
           "how many ducks are there",
           "How many ducks are there.",
           "how many ducks are there ?",
           "how many ducks are there?!",
           "how many ducks are there???",
           "how many ducks are there\u2026",                     // an ellipsis
           "how many ducks are there\u203D",                     // an interrobang
           "\u00BFhow many ducks are there?",                    // as Spanish begins
           "  how   many ducks\tare there?\n",                   //
           "how many\r\nducks are\nthere?\r\n",                  //
           "how\u00A0many ducks\u2009are\u3000there?",           // wide and narrow spaces
           "\"How many ducks are there?\"",                      //
           "'how many ducks are there?'",                        //
           "how many \"ducks\" are 'there'?",                    //
           "\u201CHow many ducks are there?\u201D",              // English
           "\u201Ehow many \u201Aducks\u2018 are there?\u201C",  // German
           "\u00AB how many ducks are there? \u00BB",            // French
           "\u300Chow many ducks are there?\u300D",              // Japanese
           "`how many ducks are there?`",                        //
           "**how many ducks are there?**",                      //
           "\uFEFFhow many\u200B ducks are there?",              // invisible characters
           "\uFF28\uFF4F\uFF57 many ducks are there\uFF1F",      // full width
       }) {
    EXPECT_EQ(PlainQuestion(typed), kDucks) << typed;
  }
}

TEST(PlainQuestion, ApostrophesStayInsideWords) {
  for (const char* apostrophe : {"'", "\u2019", "\u2018", "`", "\u00B4", "\u02BC", "\uFF07"}) {
    EXPECT_EQ(PlainQuestion(std::string("What") + apostrophe + "s the dog\u2019 doing?"),
              "what's the dog doing");
  }
}

TEST(PlainQuestion, MarksBetweenWordsStay) {
  EXPECT_EQ(PlainQuestion("Which is higher, the dog or the cat?"),
            "which is higher, the dog or the cat");
  EXPECT_EQ(PlainQuestion("does it read 2 1 7 1?"), "does it read 2 1 7 1");
  EXPECT_EQ(PlainQuestion("a 50% off? really!"), "a 50% off? really");
  EXPECT_EQ(PlainQuestion("\u00C4pfel"), "\u00E4pfel");
}

TEST(PlainQuestion, NoWordIsNothing) {
  for (const char* typed : {"", " \t\n", "?", "\"\"", " ... ", "\u200B", "\u201C\u201D?!"}) {
    EXPECT_EQ(PlainQuestion(typed), "") << typed;
  }
}

TEST(PlainQuestion, HoldsForAnyText) {
  constexpr unsigned kSeed = 11;
  std::mt19937 random(kSeed);
  constexpr char32_t kLimits[] = {0x80, 0x300, 0x2100, 0x3100, 0xD800, 0x110000};
  for (int round = 0; round < 2000; ++round) {
    std::string text, bytes;
    for (int i = 0; i < 12; ++i) {
      const auto point = static_cast<char32_t>(random() % kLimits[random() % std::size(kLimits)]);
      if (point < 0xD800 || point > 0xDFFF) AppendCodePoint(point, text);
      bytes += static_cast<char>(random() & 0xff);
    }
    ASSERT_TRUE(IsUtf8(PlainQuestion(text))) << "seed " << kSeed << ", round " << round;
    (void)PlainQuestion(bytes);
  }
}

}  // namespace
}  // namespace edgevlm
