#include "train/text_templates/groups.h"

#include <gtest/gtest.h>

#include "train/testing/thing_index.h"
#include "train/text_templates/phrases.h"

namespace edgevlm::train {
namespace {

Thing MakeThing(ThingKind kind, int name, Color color, const char* digits, float x) {
  Thing thing{kind, name, color, digits, {}};
  thing.corners.fill({x, 0.5f});
  return thing;
}

TEST(PlacedGroups, MergeEqualThingsFromLeftToRight) {
  Scene scene;
  const int shape = FirstShape();
  scene.things = {
      MakeThing(ThingKind::kShape, shape, Color::kRed, "", 0.9f),
      MakeThing(ThingKind::kEmoji, 0, Color::kBlue, "", 0.2f),
      MakeThing(ThingKind::kEmoji, 0, Color::kRed, "", 0.4f),  // an emoji's color means nothing
      MakeThing(ThingKind::kShape, shape, Color::kBlue, "", 0.1f),
      MakeThing(ThingKind::kShape, shape, Color::kRed, "", 0.7f),
  };
  const std::vector<PlacedGroup> groups = PlacedGroups(scene);
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[0].what, (Description{shape, Color::kBlue, ""}));
  EXPECT_EQ(groups[1].what, (Description{0, std::nullopt, ""}));
  EXPECT_EQ(groups[1].count(), 2);
  EXPECT_EQ(groups[2].what, (Description{shape, Color::kRed, ""}));
  EXPECT_EQ(Count(Description{shape, {}, {}}, groups), 3);
  EXPECT_EQ(Count(groups), 5);
}

TEST(PlacedGroups, DistinguishDisplaysByTheirDigits) {
  Scene scene;
  scene.things = {MakeThing(ThingKind::kDisplay, DisplayName(), Color::kRed, "42", 0.1f),
                  MakeThing(ThingKind::kDisplay, DisplayName(), Color::kBlue, "42", 0.2f),
                  MakeThing(ThingKind::kDisplay, DisplayName(), Color::kRed, "7", 0.9f)};
  const std::vector<PlacedGroup> groups = PlacedGroups(scene);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(Listed(groups), "two displays that read 4 2 and a display that reads 7");
  EXPECT_TRUE(UniqueNames(groups[0], groups).empty());
  EXPECT_EQ(UniqueNames(groups[1], groups), std::vector<std::string>{"the display that reads 7"});
}

TEST(UniqueNames, DropTheColorWhereOneShapeIsLeft) {
  Scene scene;
  scene.things = {MakeThing(ThingKind::kShape, FirstShape(), Color::kOrange, "", 0.1f)};
  const std::string noun = ThingNames()[static_cast<std::size_t>(FirstShape())].name;
  std::vector<PlacedGroup> groups = PlacedGroups(scene);
  EXPECT_EQ(UniqueNames(groups[0], groups),
            (std::vector<std::string>{"the orange " + noun, "the " + noun}));
  EXPECT_EQ(Listed(groups), "an orange " + noun);
  scene.things.push_back(MakeThing(ThingKind::kShape, FirstShape(), Color::kRed, "", 0.9f));
  groups = PlacedGroups(scene);
  EXPECT_EQ(UniqueNames(groups[0], groups), std::vector<std::string>{"the orange " + noun});
}

TEST(UniqueNames, LeaveOutATreeBesideAPalmTree) {
  Scene scene;
  scene.things = {MakeThing(ThingKind::kEmoji, NameIndex("tree"), Color::kRed, "", 0.1f),
                  MakeThing(ThingKind::kEmoji, NameIndex("palm tree"), Color::kRed, "", 0.9f)};
  const std::vector<PlacedGroup> groups = PlacedGroups(scene);
  EXPECT_TRUE(UniqueNames(groups[0], groups).empty());
  EXPECT_EQ(UniqueNames(groups[1], groups), std::vector<std::string>{"the palm tree"});
  EXPECT_EQ(Count(groups[0].what, groups), 1);
  EXPECT_EQ(CountPossible(groups[0].what, groups), 2);
}

TEST(WithArticle, FollowsTheSound) {
  EXPECT_EQ(WithArticle("umbrella"), "an umbrella");
  EXPECT_EQ(WithArticle("unicorn"), "a unicorn");
  EXPECT_EQ(WithArticle("owl"), "an owl");
  EXPECT_EQ(WithArticle("red owl"), "a red owl");
}

}  // namespace
}  // namespace edgevlm::train
