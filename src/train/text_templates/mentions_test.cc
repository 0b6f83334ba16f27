#include "train/text_templates/mentions.h"

#include <gtest/gtest.h>

#include <string>

#include "train/testing/thing_index.h"

namespace edgevlm::train {
namespace {

PlacedGroup MakeGroup(std::string_view name, std::optional<Color> color, std::vector<float> xs) {
  PlacedGroup group{{NameIndex(name), color, {}}, {}};
  if (name == "display") group.what.reading = "427";
  for (const float x : xs) group.centers.push_back({x, 0.5f});
  return group;
}

// Each mention as "text up to its end@x", or "...@-" if it refers to nothing.
std::string Found(std::string_view text, const std::vector<PlacedGroup>& groups) {
  std::string found;
  for (const Mention& mention : Mentions(text, groups)) {
    if (!found.empty()) found += " | ";
    found += text.substr(0, mention.end);
    found += '@';
    found += mention.center ? std::to_string(static_cast<int>(mention.center->x * 10)) : "-";
  }
  return found;
}

TEST(Mentions, EndWithTheNameAndHaveItsLocation) {
  const std::vector<PlacedGroup> groups = {MakeGroup("dog", {}, {0.25f}),
                                           MakeGroup("car", {}, {0.85f})};
  EXPECT_EQ(Found("is the dog left of the car?", groups),
            "is the dog@2 | is the dog left of the car@8");
  EXPECT_EQ(Found("is there a cat?", groups), "is there a cat@-");
  EXPECT_EQ(Found("dog", groups), "dog@2");
  EXPECT_EQ(Found("what is in the picture?", groups), "");
  EXPECT_EQ(Found("", groups), "");
}

TEST(Mentions, AreFoundAsPeopleTypeThem) {
  const std::vector<PlacedGroup> groups = {MakeGroup("dog", {}, {0.25f}),
                                           MakeGroup("airplane", {}, {0.85f})};
  EXPECT_EQ(Found("IS THE DOG THERE", groups), "IS THE DOG@2");
  EXPECT_EQ(Found("Plane, or puppy?", groups), "Plane@8 | Plane, or puppy@2");
}

TEST(Mentions, SkipPluralsAndAmbiguousNames) {
  const std::vector<PlacedGroup> groups = {MakeGroup("dog", {}, {0.2f, 0.4f})};
  EXPECT_EQ(Found("how many dogs are there?", groups), "");
  EXPECT_EQ(Found("is there a dog?", groups), "");
  EXPECT_EQ(Found("a carpet and a category", groups), "");
}

TEST(Mentions, IncludeTheColorBeforeTheName) {
  const std::vector<PlacedGroup> groups = {MakeGroup("circle", Color::kRed, {0.1f}),
                                           MakeGroup("circle", Color::kBlue, {0.9f})};
  EXPECT_EQ(Found("where is the blue circle?", groups), "where is the blue circle@9");
  EXPECT_EQ(Found("red circle", groups), "red circle@1");
  EXPECT_EQ(Found("a green circle", groups), "a green circle@-");
  EXPECT_EQ(Found("where is the circle?", groups), "") << "either";
}

TEST(Mentions, PreferTheLongestName) {
  const std::vector<PlacedGroup> groups = {MakeGroup("palm tree", {}, {0.3f})};
  EXPECT_EQ(Found("the palm tree", groups), "the palm tree@3");
  EXPECT_EQ(Found("the display that reads 1", {MakeGroup("display", {}, {0.6f})}), "the display@6");
}

}  // namespace
}  // namespace edgevlm::train
