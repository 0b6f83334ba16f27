#include "train/data/grid_targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "train/scenes/instruments.h"

namespace edgevlm::train {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

constexpr int kSquare = 160;
constexpr int kGrid = 10;

Thing BoxOf(ThingKind kind, float left, float top, float right, float bottom) {
  Thing thing;
  thing.kind = kind;
  thing.name = 6;
  thing.color = Color::kBlue;
  thing.corners = {{{left, top}, {right, top}, {right, bottom}, {left, bottom}}};
  return thing;
}

GridTargets TargetsIn(int width, int height, const std::vector<Thing>& things) {
  return TargetsOf({.things = things, .width = width, .height = height},
                   FitInto(width, height, kSquare), kSquare, kGrid);
}

template <class T>
std::vector<int> CellsWhere(const std::vector<T>& values, T wanted) {
  std::vector<int> cells;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] == wanted) cells.push_back(static_cast<int>(i));
  }
  return cells;
}

std::vector<float> BoxAt(const GridTargets& targets, int cell) {
  const auto box = targets.box.begin() + cell * 4;
  return {box, box + 4};
}

void ExpectPlace(const GridTargets& targets, int cell, const std::vector<float>& expected) {
  const std::vector<float> box = BoxAt(targets, cell);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(box[i], expected[i], 1e-5) << "value " << i;
}

TEST(GridTargets, AnEmptySceneHasNothing) {
  const GridTargets targets = TargetsIn(200, 300, {});
  EXPECT_EQ(targets.cover.size(), 100u);
  EXPECT_THAT(targets.cover, Each(0));
  EXPECT_THAT(targets.color, Each(-1));
  EXPECT_THAT(targets.digit, Each(0));
  EXPECT_THAT(targets.center, Each(0.0f));
  EXPECT_THAT(targets.box, Each(0.0f));
}

TEST(GridTargets, AShapeCoversTheMiddlesInsideIt) {
  const GridTargets targets =
      TargetsIn(200, 200, {BoxOf(ThingKind::kShape, 0.22f, 0.2f, 0.42f, 0.5f)});
  const auto covered = ElementsAre(22, 23, 32, 33, 42, 43);
  EXPECT_THAT(CellsWhere<std::int64_t>(targets.cover, 1 + 6), covered);
  EXPECT_THAT(CellsWhere<std::int64_t>(targets.color, 4), covered);
  EXPECT_EQ(CellsWhere<std::int64_t>(targets.cover, 0).size(), 94u);
  EXPECT_EQ(CellsWhere<std::int64_t>(targets.color, -1).size(), 94u);
  EXPECT_THAT(CellsWhere(targets.center, 1.0f), ElementsAre(33));
  ExpectPlace(targets, 33, {0.2f, 0.5f, 0.2f, 0.3f});
  EXPECT_EQ(std::count(targets.box.begin(), targets.box.end(), 0.0f), 396);
}

TEST(GridTargets, AnEmojiHasNoColor) {
  const GridTargets targets = TargetsIn(200, 200,
                                        {BoxOf(ThingKind::kShape, 0.1f, 0.1f, 0.9f, 0.9f),
                                         BoxOf(ThingKind::kEmoji, 0.1f, 0.1f, 0.9f, 0.9f)});
  EXPECT_THAT(targets.color, Each(-1));
}

// A non-square image is letterboxed; the bars are empty.
TEST(GridTargets, LetterboxedImagesKeepTheirLocations) {
  const Thing all = BoxOf(ThingKind::kShape, 0, 0, 1, 1);
  const GridTargets wide = TargetsIn(320, 200, {all});
  const GridTargets tall = TargetsIn(200, 320, {all});
  for (int y = 0; y < kGrid; ++y) {
    for (int x = 0; x < kGrid; ++x) {
      const auto cell = static_cast<std::size_t>(y * kGrid + x);
      EXPECT_EQ(wide.cover[cell], y >= 2 && y <= 7 ? 7 : 0) << x << ", " << y;
      EXPECT_EQ(tall.cover[cell], x >= 2 && x <= 7 ? 7 : 0) << x << ", " << y;
    }
  }
  ExpectPlace(wide, 55, {0, 0, 1, 0.625f});
  ExpectPlace(tall, 55, {0, 0, 0.625f, 1});

  // The same thing in a corner of both: 30 of 160 pixels are bar.
  const Thing corner = BoxOf(ThingKind::kShape, 0, 0, 0.3f, 0.3f);
  const GridTargets wide_corner = TargetsIn(320, 200, {corner});
  EXPECT_THAT(CellsWhere(wide_corner.center, 1.0f), ElementsAre(21));
  ExpectPlace(wide_corner, 21, {0.5f, 0.8125f, 0.3f, 0.1875f});
  EXPECT_THAT(CellsWhere(TargetsIn(200, 320, {corner}).center, 1.0f), ElementsAre(12));
}

TEST(GridTargets, ARotatedBoxCoversByItsOutline) {
  constexpr float kReach = 0.37f;
  Thing diamond = BoxOf(ThingKind::kShape, 0, 0, 0, 0);
  diamond.corners = {
      {{0.5f, 0.5f - kReach}, {0.5f + kReach, 0.5f}, {0.5f, 0.5f + kReach}, {0.5f - kReach, 0.5f}}};
  const GridTargets targets = TargetsIn(200, 200, {diamond});
  std::reverse(diamond.corners.begin(), diamond.corners.end());  // mirrored
  EXPECT_EQ(TargetsIn(200, 200, {diamond}).cover, targets.cover);
  for (int cell = 0; cell < kGrid * kGrid; ++cell) {
    const double x = (cell % kGrid + 0.5) / kGrid, y = (cell / kGrid + 0.5) / kGrid;
    const bool inside = std::fabs(x - 0.5) + std::fabs(y - 0.5) < 0.37;
    EXPECT_EQ(targets.cover[static_cast<std::size_t>(cell)], inside ? 7 : 0) << "cell " << cell;
  }
}

TEST(GridTargets, AThingAtTheLastCornerStaysInsideTheGrid) {
  for (const float left : {0.96f, 1.0f}) {
    const GridTargets targets =
        TargetsIn(200, 200, {BoxOf(ThingKind::kShape, left, left, 1.0f, 1.0f)});
    EXPECT_THAT(CellsWhere(targets.center, 1.0f), ElementsAre(99)) << left;
    EXPECT_THAT(targets.cover, Each(0)) << "it holds no cell's middle";
  }
}

TEST(GridTargets, EveryThingHasItsCenter) {
  const GridTargets targets = TargetsIn(200, 200,
                                        {BoxOf(ThingKind::kShape, 0.01f, 0.01f, 0.05f, 0.05f),
                                         BoxOf(ThingKind::kEmoji, 0.62f, 0.32f, 0.92f, 0.72f)});
  EXPECT_THAT(CellsWhere(targets.center, 1.0f), ElementsAre(0, 57));
  ExpectPlace(targets, 57, {0.7f, 0.2f, 0.3f, 0.4f});
}

// Three digits are 4.5 digit widths of panel; their centers at 0.95, 2.25 and 3.55 of them. A zero
// is not the same as no digit.
TEST(GridTargets, DigitsLieWhereTheDisplayShowsThem) {
  Thing display = BoxOf(ThingKind::kDisplay, 0.12f, 0.32f, 0.92f, 0.72f);
  display.reading = "407";
  const GridTargets targets = TargetsIn(200, 200, {display});
  EXPECT_EQ(CellsWhere<std::int64_t>(targets.digit, 0).size(), 97u);
  EXPECT_EQ(targets.digit[52], 1 + 4);
  EXPECT_EQ(targets.digit[55], 1 + 0);
  EXPECT_EQ(targets.digit[57], 1 + 7);
  EXPECT_THAT(CellsWhere<std::int64_t>(targets.color, 4).size(), 32u);  // as its lit segments
}

TEST(GridTargets, ReadingsLieInTheCentersOfInstruments) {
  const auto at_center = [](Instrument instrument, const char* reading) {
    Thing thing = BoxOf(ThingKind::kInstrument, 0.4f, 0.4f, 0.7f, 0.7f);
    thing.name = NameOf(instrument);
    thing.reading = reading;
    return TargetsIn(200, 200, {thing}).digit[55];
  };
  EXPECT_EQ(at_center(Instrument::kClock, "3:45"), 1 + 3);
  EXPECT_EQ(at_center(Instrument::kClock, "12:00"), 1 + 0);
  EXPECT_EQ(at_center(Instrument::kClock, "11:30"), -1);
  EXPECT_EQ(at_center(Instrument::kGauge, "70"), 1 + 7);
  EXPECT_EQ(at_center(Instrument::kGauge, "0"), 1 + 0);
  EXPECT_EQ(at_center(Instrument::kGauge, "100"), -1);
  EXPECT_EQ(at_center(Instrument::kBarChart, "3915"), 1 + 4);
  EXPECT_EQ(at_center(Instrument::kTrafficLight, ""), 0);
}

// In every cell that the instrument covers, and nowhere else.
TEST(GridTargets, PointersLieWhereTheInstrumentIs) {
  Thing clock = BoxOf(ThingKind::kInstrument, 0.2f, 0.2f, 0.4f, 0.3f);
  clock.name = NameOf(Instrument::kClock);
  clock.reading = "3:00";
  Thing light = BoxOf(ThingKind::kInstrument, 0.6f, 0.6f, 0.8f, 0.8f);
  light.name = NameOf(Instrument::kTrafficLight);
  const GridTargets targets = TargetsIn(200, 200, {clock, light});
  for (std::size_t cell = 0; cell < kGrid * kGrid; ++cell) {
    const bool is_clock = cell == 22 || cell == 23;
    const std::array<float, 4> expected =
        is_clock ? std::array{1.0f, 0.0f, 0.0f, -1.0f} : std::array{0.0f, 0.0f, 0.0f, 0.0f};
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_NEAR(targets.pointers[cell * 4 + i], expected[i], 1e-6) << "cell " << cell;
    }
  }
}

// Wherever the display is, also where it covers no cell's center.
TEST(GridTargets, ReadingsOfDisplaysLieWhereTheyAre) {
  Thing wide = BoxOf(ThingKind::kDisplay, 0.2f, 0.2f, 0.4f, 0.3f);
  wide.reading = "907";
  Thing small = BoxOf(ThingKind::kDisplay, 0.61f, 0.61f, 0.64f, 0.64f);
  small.reading = "4";
  const GridTargets targets = TargetsIn(200, 200, {wide, small});
  for (std::size_t cell = 0; cell < kGrid * kGrid; ++cell) {
    std::array<std::int64_t, kMaxDigits> expected = {-1, -1, -1, -1};
    if (cell == 22 || cell == 23) expected = {1 + 9, 1 + 0, 1 + 7, 0};
    if (cell == 66) expected = {1 + 4, 0, 0, 0};
    for (std::size_t i = 0; i < kMaxDigits; ++i) {
      EXPECT_EQ(targets.reading[cell * kMaxDigits + i], expected[i]) << "cell " << cell;
    }
  }
}

TEST(GridTargets, DigitsThatShareACellHaveNoTarget) {
  Thing display = BoxOf(ThingKind::kDisplay, 0.41f, 0.41f, 0.49f, 0.45f);
  display.reading = "47";
  const GridTargets targets = TargetsIn(200, 200, {display});
  EXPECT_EQ(targets.digit[44], -1);
}

// Two blue shapes and an emoji between them: the second shape's cells know of the first one's.
TEST(GridTargets, EqualThingsAreNumberedInTheOrderOfTheCells) {
  const GridTargets targets = TargetsIn(200, 200,
                                        {BoxOf(ThingKind::kShape, 0.7f, 0.7f, 0.8f, 0.8f),
                                         BoxOf(ThingKind::kEmoji, 0.4f, 0.4f, 0.5f, 0.5f),
                                         BoxOf(ThingKind::kShape, 0.1f, 0.1f, 0.2f, 0.3f)});
  EXPECT_THAT(CellsWhere<std::int64_t>(targets.number, 1), ElementsAre(11, 21, 44));
  EXPECT_THAT(CellsWhere<std::int64_t>(targets.number, 2), ElementsAre(77));
  EXPECT_EQ(CellsWhere<std::int64_t>(targets.number, 0).size(), 96u);
}

TEST(GridTargets, AColorWithoutANameHasNoTarget) {
  Scene scene{.things = {BoxOf(ThingKind::kShape, 0.1f, 0.1f, 0.9f, 0.9f)},
              .width = 200,
              .height = 200,
              .nameless_colors = true};
  const GridTargets targets = TargetsOf(scene, FitInto(200, 200, kSquare), kSquare, kGrid);
  EXPECT_THAT(targets.color, Each(-1));
  EXPECT_EQ(targets.cover[55], 7);
}

}  // namespace
}  // namespace edgevlm::train
