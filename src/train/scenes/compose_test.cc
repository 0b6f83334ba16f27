#include "train/scenes/compose.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "train/scenes/display.h"
#include "train/scenes/things.h"

namespace edgevlm::train {
namespace {

constexpr int kComposedScenes = 2000;
constexpr float kRounding = 1e-4f;  // of coordinates in [0, 1]: far below a pixel

struct Bounds {
  float left = 1, top = 1, right = 0, bottom = 0;
};

Bounds BoundsOf(const Thing& thing) {
  Bounds bounds;
  for (const Point& corner : thing.corners) {
    bounds.left = std::min(bounds.left, corner.x), bounds.right = std::max(bounds.right, corner.x);
    bounds.top = std::min(bounds.top, corner.y), bounds.bottom = std::max(bounds.bottom, corner.y);
  }
  return bounds;
}

bool Contains(const Bounds& bounds, Point point) {
  return bounds.left < point.x && point.x < bounds.right && bounds.top < point.y &&
         point.y < bounds.bottom;
}

void ExpectSound(const Scene& scene) {
  ASSERT_GE(std::min(scene.width, scene.height), 160);
  ASSERT_LE(std::max(scene.width, scene.height), 400);
  ASSERT_GE(4 * std::min(scene.width, scene.height), 3 * std::max(scene.width, scene.height) - 4);
  ASSERT_GE(scene.things.size(), 1u);
  ASSERT_LE(scene.things.size(), 5u);
  const float longer = static_cast<float>(std::max(scene.width, scene.height));
  for (const Thing& thing : scene.things) {
    ASSERT_EQ(thing.kind, ThingNames()[static_cast<std::size_t>(thing.name)].kind);
    const Bounds bounds = BoundsOf(thing);
    ASSERT_TRUE(bounds.left > 0 && bounds.top > 0 && bounds.right < 1 && bounds.bottom < 1);
    for (const Thing& other : scene.things) {
      if (&other == &thing) continue;
      ASSERT_FALSE(Contains(bounds, other.Center()));
      const float dx = (thing.Center().x - other.Center().x) * static_cast<float>(scene.width);
      const float dy = (thing.Center().y - other.Center().y) * static_cast<float>(scene.height);
      ASSERT_GE(std::hypot(dx, dy) / longer, 0.11f - kRounding);
    }
  }
}

TEST(Compose, EverySceneIsValid) {
  for (int seed = 0; seed < kComposedScenes; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 rng(static_cast<std::uint64_t>(seed));
    const Scene scene = Compose({}, rng);
    ExpectSound(scene);
    int displays = 0;
    for (const Thing& thing : scene.things) {
      displays += thing.kind == ThingKind::kDisplay ? 1 : 0;
      EXPECT_EQ(thing.kind == ThingKind::kDisplay, !thing.reading.empty());
      EXPECT_LE(thing.reading.size(), 4u);
    }
    EXPECT_LE(displays, 1);
    EXPECT_FALSE(HasHeldOutPair(scene));
  }
}

TEST(Compose, MixIsAsPlanned) {
  std::mt19937_64 rng(7);
  int displays = 0, repeated = 0, colors_differ = 0;
  for (int i = 0; i < kComposedScenes; ++i) {
    const std::vector<Group> groups = ChooseGroups({}, rng);
    bool repeats = false, differ = false;
    for (const Group& group : groups) {
      displays += group.kind == ThingKind::kDisplay ? 1 : 0;
      repeats |= group.count > 1;
      for (const Group& other : groups) {
        differ |= group.kind == ThingKind::kShape && group.name == other.name &&
                  group.color != other.color;
      }
    }
    repeated += repeats ? 1 : 0;
    colors_differ += differ ? 1 : 0;
  }
  // Four standard deviations of a frequency of 0.18 over 2,000 scenes are 0.034.
  EXPECT_NEAR(displays, 0.18 * kComposedScenes, 0.034 * kComposedScenes + 0.01 * kComposedScenes);
  EXPECT_GT(repeated, kComposedScenes / 2);
  EXPECT_GT(colors_differ, kComposedScenes / 20);
}

TEST(Compose, HeldOutPairsAreInHalfOfTheirScenes) {
  int with_pair = 0;
  for (int seed = 0; seed < kComposedScenes; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 rng(static_cast<std::uint64_t>(seed));
    const Scene scene = Compose({.split = Split::kHeldOut}, rng);
    ExpectSound(scene);
    with_pair += HasHeldOutPair(scene) ? 1 : 0;
  }
  EXPECT_NEAR(with_pair, kComposedScenes / 2,
              2 * std::sqrt(kComposedScenes));  // four standard deviations
}

TEST(Compose, SameSeedSameScene) {
  std::mt19937_64 first_rng(3), second_rng(3);
  for (int i = 0; i < 20; ++i) {
    const Scene first = Compose({}, first_rng);
    const Scene second = Compose({}, second_rng);
    ASSERT_EQ(first.seed, second.seed);
    ASSERT_EQ(first.things.size(), second.things.size());
    for (std::size_t t = 0; t < first.things.size(); ++t) {
      EXPECT_EQ(first.things[t].name, second.things[t].name);
      EXPECT_EQ(first.things[t].corners[2].x, second.things[t].corners[2].x);
    }
  }
}

TEST(Compose, RespectsTheMaximumOfThings) {
  for (int max_things = 1; max_things <= 5; ++max_things) {
    for (const Split split : {Split::kTrain, Split::kHeldOut}) {
      std::mt19937_64 rng(static_cast<std::uint64_t>(max_things));
      for (int i = 0; i < 100; ++i) {
        const Scene scene = Compose({.split = split, .max_things = max_things}, rng);
        EXPECT_LE(static_cast<int>(scene.things.size()), max_things);
      }
    }
  }
}

TEST(HeldOut, FractionsAreAsPlanned) {
  int shapes = 0;
  for (std::size_t color = 0; color < kColorNames.size(); ++color) {
    for (int shape = FirstShape(); shape < DisplayName(); ++shape) {
      shapes += IsHeldOut(static_cast<Color>(color), shape) ? 1 : 0;
    }
  }
  EXPECT_GE(shapes, 4);  // of 80
  EXPECT_LE(shapes, 14);
  int pairs = 0;
  for (int name = 0; name <= DisplayName(); ++name) {
    EXPECT_FALSE(IsHeldOut(name, name));
    for (int other = 0; other < name; ++other) {
      EXPECT_EQ(IsHeldOut(name, other), IsHeldOut(other, name));
      pairs += IsHeldOut(name, other) ? 1 : 0;
    }
  }
  const double all = 0.5 * DisplayName() * (DisplayName() + 1);
  EXPECT_NEAR(pairs / all, 0.05, 4 * std::sqrt(0.05 * 0.95 / all));
}

TEST(Things, TableIsInOrderAndNamesDiffer) {
  std::set<std::string> names;
  std::set<char32_t> code_points;
  ThingKind before = ThingKind::kEmoji;
  for (const ThingName& thing : ThingNames()) {
    EXPECT_LE(before, thing.kind);
    before = thing.kind;
    EXPECT_TRUE(names.insert(thing.name).second) << thing.name;
    if (thing.kind == ThingKind::kEmoji) {
      EXPECT_TRUE(code_points.insert(thing.code_point).second) << thing.name;
    }
  }
  EXPECT_EQ(FirstInstrument(), DisplayName() + 1);
  EXPECT_EQ(static_cast<int>(ThingNames().size()), FirstInstrument() + 3);
  EXPECT_EQ(DisplayName() - FirstShape(), 8);
  for (const char* color : kColorNames) EXPECT_EQ(names.count(color), 0u) << color;
}

TEST(Display, DigitCentersLieInThePanelInReadingOrder) {
  int seen = 0;
  for (int seed = 0; seed < kComposedScenes; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 rng(static_cast<std::uint64_t>(seed));
    const Scene scene = Compose({}, rng);
    for (const Thing& thing : scene.things) {
      if (thing.kind != ThingKind::kDisplay) continue;
      ++seen;
      const std::vector<Point> centers = DigitCenters(thing);
      ASSERT_EQ(centers.size(), thing.reading.size());
      const Homography inverse = Inverse(FromUnitSquare(thing.corners));
      float before = 0;
      for (const Point& center : centers) {
        const Point unit = inverse.Map(center);
        EXPECT_NEAR(unit.y, 0.5f, 1e-3f);
        EXPECT_GT(unit.x, before);
        EXPECT_LT(unit.x, 1);
        before = unit.x;
      }
      // A digit is at least 0.09 of the longer side wide; neighbors are 1.3 times that apart.
      const float longer = static_cast<float>(std::max(scene.width, scene.height));
      for (std::size_t i = 1; i < centers.size(); ++i) {
        const float dx = (centers[i].x - centers[i - 1].x) * static_cast<float>(scene.width);
        const float dy = (centers[i].y - centers[i - 1].y) * static_cast<float>(scene.height);
        EXPECT_GE(std::hypot(dx, dy) / longer, 0.1f);
      }
    }
  }
  EXPECT_GT(seen, kComposedScenes / 8);
}

}  // namespace
}  // namespace edgevlm::train
