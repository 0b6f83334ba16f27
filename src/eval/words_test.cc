#include "eval/words.h"

#include <gmock/gmock.h>

namespace edgevlm {
namespace {

using ::testing::ElementsAre;

TEST(Words, CutsAtSpacesAndPunctuation) {
  EXPECT_THAT(Words("Two dogs,  one cat."), ElementsAre("two", "dogs", ",", "one", "cat", "."));
  EXPECT_THAT(Words("t-shirt isn't -5 caf\xc3\xa9"),
              ElementsAre("t-shirt", "isn't", "-", "5", "caf\xc3\xa9"));
  EXPECT_THAT(Words(" \n\t"), ElementsAre());
}

TEST(NumberValue, KnowsWordsAndDigits) {
  EXPECT_EQ(NumberValue("zero"), 0);
  EXPECT_EQ(NumberValue("twenty"), 20);
  EXPECT_EQ(NumberValue("427"), 427);
  EXPECT_EQ(NumberValue("dog"), std::nullopt);
  EXPECT_EQ(NumberValue(""), std::nullopt);
  EXPECT_EQ(NumberValue("99999999999999"), std::nullopt);
}

TEST(NormalAnswer, BringsEqualAnswersToOneForm) {
  EXPECT_EQ(NormalAnswer("The  Red circle."), "red circle");
  EXPECT_EQ(NormalAnswer("a red circle"), "red circle");
  EXPECT_EQ(NormalAnswer("Two"), NormalAnswer("2"));
  EXPECT_EQ(NormalAnswer("4 2 7"), "427");
  EXPECT_EQ(NormalAnswer("four two seven"), "427");
  EXPECT_EQ(NormalAnswer("427"), "427");
  EXPECT_EQ(NormalAnswer("Gray"), "grey");
  EXPECT_EQ(NormalAnswer("yes!"), "yes");
  EXPECT_EQ(NormalAnswer("two dogs and an owl"), "2 dogs and owl");
}

TEST(NormalAnswer, KeepsDifferentAnswersApart) {
  EXPECT_NE(NormalAnswer("4 2"), NormalAnswer("4 2 7"));
  EXPECT_NE(NormalAnswer("left of the dog"), NormalAnswer("right of the dog"));
  EXPECT_EQ(NormalAnswer("2 12"), "2 12");
  EXPECT_EQ(NormalAnswer("the"), "");
}

}  // namespace
}  // namespace edgevlm
