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

TEST(NormalizeAnswer, MapsEqualAnswersToOneForm) {
  EXPECT_EQ(NormalizeAnswer("The  Red circle."), "red circle");
  EXPECT_EQ(NormalizeAnswer("a red circle"), "red circle");
  EXPECT_EQ(NormalizeAnswer("Two"), NormalizeAnswer("2"));
  EXPECT_EQ(NormalizeAnswer("4 2 7"), "427");
  EXPECT_EQ(NormalizeAnswer("four two seven"), "427");
  EXPECT_EQ(NormalizeAnswer("427"), "427");
  EXPECT_EQ(NormalizeAnswer("Gray"), "grey");
  EXPECT_EQ(NormalizeAnswer("yes!"), "yes");
  EXPECT_EQ(NormalizeAnswer("two dogs and an owl"), "2 dogs and owl");
}

TEST(NormalizeAnswer, KeepsDifferentAnswersApart) {
  EXPECT_NE(NormalizeAnswer("4 2"), NormalizeAnswer("4 2 7"));
  EXPECT_NE(NormalizeAnswer("left of the dog"), NormalizeAnswer("right of the dog"));
  EXPECT_EQ(NormalizeAnswer("2 12"), "2 12");
  EXPECT_EQ(NormalizeAnswer("the"), "");
}

}  // namespace
}  // namespace edgevlm
