#include "train/text_templates/labels.h"

#include <gtest/gtest.h>

#include <set>

#include "train/scenes/things.h"

namespace edgevlm::train {
namespace {

TEST(Labels, HoldThingsCaptionsAndQuestions) {
  Scene scene;
  Thing shape{ThingKind::kShape, FirstShape(), Color::kGreen, "", {}};
  shape.corners.fill({0.2f, 0.5f});
  Thing display{ThingKind::kDisplay, DisplayName(), Color::kRed, "427", {}};
  display.corners.fill({0.8f, 0.5f});
  scene.things = {display, shape};
  std::mt19937_64 rng(4);
  const nlohmann::json labels = Labels(scene, 3, 5, Wording::kPlain, rng);
  const nlohmann::json things = {
      {{"name", ThingNames()[static_cast<std::size_t>(FirstShape())].name},
       {"count", 1},
       {"colour", "green"}},
      {{"name", "display"}, {"count", 1}, {"reads", "427"}}};
  EXPECT_EQ(labels["things"], things);
  const auto captions = labels["captions"].get<std::set<std::string>>();
  EXPECT_EQ(captions.size(), 3u);
  for (const std::string& caption : captions) EXPECT_NE(caption.find("4 2 7"), std::string::npos);
  ASSERT_EQ(labels["questions"].size(), 5u);
  for (const nlohmann::json& asked : labels["questions"]) {
    EXPECT_TRUE(asked["kind"].is_string() && asked["question"].is_string());
    EXPECT_FALSE(asked["answer"].get<std::string>().empty());
  }
}

}  // namespace
}  // namespace edgevlm::train
