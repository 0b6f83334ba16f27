#include "train/text_templates/captions.h"

#include <gtest/gtest.h>

#include <map>

#include "train/testing/parse_texts.h"

namespace edgevlm::train {
namespace {

constexpr int kCaptionedScenes = 2000;

void CutOpening(const Scene& scene, std::string& caption) {
  const bool is = CutPrefix("there is ", caption);
  const bool are = CutPrefix("there are ", caption);
  if (is || are) {
    // The verb agrees with the count of the first phrase.
    EXPECT_EQ(is, caption.starts_with("a ") || caption.starts_with("an ")) << caption;
    return;
  }
  if (CutPrefix("from left to right, ", caption)) {
    const std::vector<ReadPhrase> phrases = ReadList(caption);
    for (std::size_t i = 1; i < phrases.size(); ++i) {
      EXPECT_TRUE(
          LiesClearly("left", CentersOf(phrases[i - 1], scene), CentersOf(phrases[i], scene)));
    }
    return;
  }
  if (!CutPrefix("the picture shows ", caption)) CutPrefix("a picture of ", caption);
}

void CutPlace(const Scene& scene, std::string& caption) {
  const std::map<std::string, std::string> kLocations = {{" in the top left", "top left"},
                                                         {" at the top", "top"},
                                                         {" in the top right", "top right"},
                                                         {" on the left", "left"},
                                                         {" in the center", "center"},
                                                         {" on the right", "right"},
                                                         {" in the bottom left", "bottom left"},
                                                         {" at the bottom", "bottom"},
                                                         {" in the bottom right", "bottom right"}};
  for (const auto& [phrase, location] : kLocations) {
    if (!CutSuffix(phrase, caption)) continue;
    for (const Thing& thing : scene.things) EXPECT_EQ(LocationByThirds(thing.Center()), location);
    return;
  }
}

// Replaces the relation of two groups by " and ", after a check that it holds.
void CutRelation(const Scene& scene, std::string& caption) {
  const std::map<std::string, std::string> kRelations = {
      {" to the left of ", "left"}, {" to the right of ", "right"}, {" above ", "above"},
      {" below ", "below"},         {" next to ", "near"},          {" with ", ""}};
  for (const auto& [phrase, direction] : kRelations) {
    const std::size_t at = caption.find(phrase);
    if (at == std::string::npos) continue;
    const auto first = ReadPhraseOf(caption.substr(0, at));
    const auto second = ReadPhraseOf(caption.substr(at + phrase.size()));
    ASSERT_TRUE(first && second) << caption;
    if (direction != "" && direction != "near") {
      EXPECT_TRUE(LiesClearly(direction, CentersOf(*first, scene), CentersOf(*second, scene)));
    }
    caption.replace(at, phrase.size(), " and ");
    return;
  }
}

TEST(Caption, IsTrueAndComplete) {
  for (int seed = 0; seed < kCaptionedScenes; ++seed) {
    std::mt19937_64 rng(static_cast<std::uint64_t>(seed));
    const Scene scene = RandomScene(rng);
    const std::string caption = Caption(scene, rng);
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + caption);
    std::string rest = caption;
    CutOpening(scene, rest);
    CutPlace(scene, rest);
    CutRelation(scene, rest);
    EXPECT_TRUE(NamesAll(ReadList(rest), scene.things));
    if (HasFailure()) return;
  }
}

TEST(Caption, IsPlainHalfOfTheTime) {
  Scene scene;
  Thing thing;
  thing.corners.fill({0.5f, 0.5f});
  scene.things.push_back(thing);
  std::mt19937_64 rng(3);
  std::map<std::string, int> drawn;
  for (int i = 0; i < 1000; ++i) ++drawn[Caption(scene, rng)];
  const std::string plainest = std::string("a ") + ThingNames()[0].name;
  EXPECT_NEAR(drawn[plainest], 500, 64);  // 4 standard deviations of 1000 fair draws
  EXPECT_GE(drawn.size(), 5u);
}

TEST(Caption, FollowsFromTheSeed) {
  std::mt19937_64 rng(5);
  const Scene scene = RandomScene(rng);
  std::mt19937_64 first(8);
  std::mt19937_64 second(8);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Caption(scene, first), Caption(scene, second));
}

TEST(Caption, DescribesAnEmptyScene) {
  std::mt19937_64 rng(1);
  EXPECT_NE(Caption(Scene(), rng).find("empty"), std::string::npos);
}

}  // namespace
}  // namespace edgevlm::train
