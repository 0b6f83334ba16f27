#include "eval/facts.h"

#include <gmock/gmock.h>

namespace edgevlm {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

LabeledThing Thing(std::string name, int count, std::string color = {}, std::string reads = {}) {
  return {std::move(name), count, std::move(color), std::move(reads)};
}

class FactsTest : public ::testing::Test {
 protected:
  FactsTest() : known_(images_) {}
  Facts In(std::string_view caption) { return FactsIn(caption, known_); }

  const std::vector<LabeledImage> images_ = {
      {"0.png",
       {Thing("dog", 1), Thing("hot dog", 1), Thing("mouse", 1), Thing("sheep", 1),
        Thing("butterfly", 1), Thing("bus", 1), Thing("orange", 1), Thing("snowman", 1)},
       {},
       {}},
      {"1.png",
       {Thing("circle", 2, "red"), Thing("square", 1, "orange"), Thing("ring", 1, "blue"),
        Thing("display", 1, "", "427")},
       {},
       {}}};
  const KnownNames known_;
};

TEST_F(FactsTest, ReadsArticlesNumbersAndPlurals) {
  EXPECT_THAT(In("a dog"), UnorderedElementsAre("dog", "1 dog"));
  EXPECT_THAT(In("the image shows three mice"), UnorderedElementsAre("mouse", "3 mouse"));
  EXPECT_THAT(In("2 sheep"), UnorderedElementsAre("sheep", "2 sheep"));
  EXPECT_THAT(
      In("two butterflies, four buses and five snowmen"),
      UnorderedElementsAre("butterfly", "2 butterfly", "bus", "4 bus", "snowman", "5 snowman"));
  EXPECT_THAT(In("dogs"), UnorderedElementsAre("dog"));
}

TEST_F(FactsTest, ReadsColors) {
  EXPECT_THAT(
      In("two red circles to the left of a blue ring"),
      UnorderedElementsAre("circle", "2 circle", "red circle", "ring", "1 ring", "blue ring"));
  EXPECT_THAT(In("a red circle and two blue circles"),
              UnorderedElementsAre("circle", "3 circle", "red circle", "blue circle"));
}

TEST_F(FactsTest, DistinguishesTheFruitFromTheColor) {
  EXPECT_THAT(In("an orange"), UnorderedElementsAre("orange", "1 orange"));
  EXPECT_THAT(In("an orange square"), UnorderedElementsAre("square", "1 square", "orange square"));
  EXPECT_THAT(In("two oranges and an orange square"),
              UnorderedElementsAre("orange", "2 orange", "square", "1 square", "orange square"));
}

TEST_F(FactsTest, PrefersTheLongerName) {
  EXPECT_THAT(In("two hot dogs and a dog"),
              UnorderedElementsAre("hot dog", "2 hot dog", "dog", "1 dog"));
}

TEST_F(FactsTest, ReadsDisplays) {
  EXPECT_THAT(In("a display that reads 4 2 7 and two dogs"),
              UnorderedElementsAre("display", "1 display", "display reads 427", "dog", "2 dog"));
  EXPECT_THAT(In("two displays that read 4 2, 3 dogs"),
              UnorderedElementsAre("display", "2 display", "display reads 42", "dog", "3 dog"));
  EXPECT_THAT(In("a display that reads"), UnorderedElementsAre("display", "1 display"));
}

TEST_F(FactsTest, PassesOverSizes) {
  EXPECT_THAT(In("a large dog and two small red circles"),
              UnorderedElementsAre("dog", "1 dog", "circle", "2 circle", "red circle"));
}

TEST_F(FactsTest, CountsTheSameThingOnce) {
  EXPECT_THAT(In("there is a dog and the dog is above a bus"), Contains("1 dog"));
  EXPECT_THAT(In("a dog and a dog"), Contains("2 dog"));
}

TEST_F(FactsTest, PassesOverEverythingElse) {
  EXPECT_THAT(In(""), IsEmpty());
  EXPECT_THAT(In("an image of nothing, in the top left"), IsEmpty());
  EXPECT_THAT(In("a doghouse"), IsEmpty());
}

TEST_F(FactsTest, LabelsGiveTheFactsOfTheirCaptions) {
  EXPECT_EQ(FactsOf(images_[1].things),
            In("two red circles, an orange square, a blue ring and a display that reads 4 2 7"));
  const std::vector<LabeledThing> two_groups = {Thing("circle", 2, "red"),
                                                Thing("circle", 1, "blue")};
  EXPECT_THAT(FactsOf(two_groups),
              UnorderedElementsAre("circle", "3 circle", "red circle", "blue circle"));
}

}  // namespace
}  // namespace edgevlm
