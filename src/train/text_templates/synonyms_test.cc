#include "train/text_templates/synonyms.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "train/scenes/things.h"

namespace edgevlm::train {
namespace {

std::set<std::string> AllOf(const std::string& phrase) {
  std::mt19937_64 rng(3);
  std::set<std::string> texts;
  for (int i = 0; i < 50; ++i) texts.insert(WithSynonym(phrase, rng));
  return texts;
}

TEST(WithSynonym, ReplacesTheNameAndItsArticle) {
  EXPECT_EQ(AllOf("an airplane"), (std::set<std::string>{"a plane", "an aeroplane"}));
  EXPECT_EQ(AllOf("an eggplant"), (std::set<std::string>{"an aubergine"}));
  EXPECT_EQ(AllOf("above the couch"), (std::set<std::string>{"above the sofa"}));
  EXPECT_EQ(AllOf("trucks"), (std::set<std::string>{"lorries"}));
}

TEST(WithSynonym, LeavesTheRest) {
  EXPECT_EQ(AllOf("a zebra"), (std::set<std::string>{"a zebra"}));
  EXPECT_EQ(AllOf("in the top left"), (std::set<std::string>{"in the top left"}));
  // A hot dog is no puppy.
  EXPECT_EQ(AllOf("a hot dog"), (std::set<std::string>{"a hotdog"}));
}

TEST(Rephrased, SaysLocationsAndCategoriesInOtherWords) {
  std::mt19937_64 rng(3);
  std::set<std::string> centers;
  for (int i = 0; i < 100; ++i) {
    const std::string place = Rephrased("in the top left", rng);
    EXPECT_TRUE(place.find("left") != std::string::npos) << place;
    EXPECT_TRUE(place.find("top") != std::string::npos || place.find("upper") != std::string::npos);
    centers.insert(Rephrased("in the center", rng));
  }
  EXPECT_TRUE(centers.contains("in the middle"));
  EXPECT_EQ(Rephrased("a dog", rng), "a dog");
}

TEST(Synonyms, MeanOneThing) {
  std::set<std::string> others;
  for (const Synonym& synonym : Synonyms()) {
    EXPECT_TRUE(others.insert(synonym.plural).second) << synonym.other;
    for (const ThingName& thing : ThingNames()) {
      if (std::string_view(thing.name) == synonym.name) continue;
      EXPECT_STRNE(thing.name, synonym.other);
    }
  }
}

}  // namespace
}  // namespace edgevlm::train
