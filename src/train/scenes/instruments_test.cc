#include "train/scenes/instruments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>
#include <string>
#include <vector>

#include "train/scenes/compose.h"
#include "train/scenes/things.h"

namespace edgevlm::train {
namespace {

constexpr int kDrawnFigures = 200;

Figure FigureOf(Instrument instrument, const std::string& reading, float height_ratio, int seed,
                Color color = Color::kBlue) {
  std::mt19937_64 rng(static_cast<std::uint64_t>(seed));
  const Thing thing{ThingKind::kInstrument, NameOf(instrument), color, reading, {}};
  return AnyFigure(thing, height_ratio, {20, 40, 200}, {}, rng);
}

// Of a stroke from about `center`, in turns clockwise from the top.
float TurnsOf(const FigurePart& part, Point center) {
  const float turns =
      std::atan2(part.to.x - center.x, center.y - part.to.y) / (2 * std::numbers::pi_v<float>);
  return turns < 0 ? turns + 1 : turns;
}

// The strokes over a point, but for discs.
std::vector<FigurePart> StrokesOver(Point point, const Figure& figure) {
  std::vector<FigurePart> found;
  for (const FigurePart& part : figure.parts) {
    const bool is_disc = part.from.x == part.to.x && part.from.y == part.to.y;
    if (part.form == FigurePart::Form::kStroke && !is_disc && part.Distance(point) < 0) {
      found.push_back(part);
    }
  }
  return found;
}

TEST(Instruments, NamesAreThoseOfTheTable) {
  const auto name = [](Instrument instrument) {
    return std::string(ThingNames()[static_cast<std::size_t>(NameOf(instrument))].name);
  };
  EXPECT_EQ(name(Instrument::kClock), "clock");
  EXPECT_EQ(name(Instrument::kGauge), "gauge");
  EXPECT_EQ(name(Instrument::kBarChart), "bar chart");
  EXPECT_EQ(name(Instrument::kTrafficLight), "traffic light");
  for (const Instrument instrument :
       {Instrument::kClock, Instrument::kGauge, Instrument::kBarChart, Instrument::kTrafficLight}) {
    EXPECT_EQ(InstrumentNamed(NameOf(instrument)), instrument);
  }
}

TEST(Instruments, MinutesOfReadsTimes) {
  EXPECT_EQ(MinutesOf("12:00"), 0);
  EXPECT_EQ(MinutesOf("1:15"), 75);
  EXPECT_EQ(MinutesOf("12:45"), 45);
  EXPECT_EQ(MinutesOf("11:30"), 690);
}

TEST(Instruments, BarsHaveOneHighestAndOneLowest) {
  std::mt19937_64 rng(1);
  std::set<std::size_t> counts;
  for (int i = 0; i < kDrawnFigures; ++i) {
    std::string heights = AnyReading(Instrument::kBarChart, rng);
    counts.insert(heights.size());
    std::ranges::sort(heights);
    ASSERT_GE(heights[1], heights[0] + 2);
    ASSERT_GE(heights.back(), heights[heights.size() - 2] + 2);
  }
  EXPECT_EQ(counts, (std::set<std::size_t>{2, 3, 4, 5}));
}

TEST(AnyFigure, AClocksHandsPointToItsTime) {
  for (int seed = 0; seed < kDrawnFigures; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 rng(static_cast<std::uint64_t>(seed));
    const std::string time = AnyReading(Instrument::kClock, rng);
    const std::vector<FigurePart> hands =
        StrokesOver({0, 0}, FigureOf(Instrument::kClock, time, 1, seed));
    ASSERT_TRUE(hands.size() == 2 || hands.size() == 3) << "a third one counts seconds";
    const auto minutes = static_cast<float>(MinutesOf(time));
    EXPECT_NEAR(TurnsOf(hands[0], {0, 0}), minutes / 720, 1e-5f);
    EXPECT_NEAR(TurnsOf(hands[1], {0, 0}), std::fmod(minutes / 60, 1.0f), 1e-5f);
    const auto length = [](const FigurePart& hand) { return std::hypot(hand.to.x, hand.to.y); };
    EXPECT_LT(length(hands[0]), 0.7f * length(hands[1]));
  }
}

// From the first mark of the scale to the last, the needle turns clockwise.
TEST(AnyFigure, AGaugesNeedlePointsToItsValue) {
  for (const float height_ratio : {1.0f, 0.6f}) {
    const Point center{0, height_ratio == 1.0f ? 0 : 0.62f * height_ratio};
    for (int seed = 0; seed < kDrawnFigures; ++seed) {
      SCOPED_TRACE(seed);
      const auto turns = [&](const std::string& reading) {
        const auto needles =
            StrokesOver(center, FigureOf(Instrument::kGauge, reading, height_ratio, seed));
        EXPECT_EQ(needles.size(), 1u);
        const float at = TurnsOf(needles.at(0), center);
        return at < 0.5f ? at + 1 : at;  // of a scale from the lower left to the lower right
      };
      const float first = turns("0"), last = turns("100");
      EXPECT_NEAR((first + last) / 2, 1, 0.04f) << "the scale is symmetric, the needle jittered";
      EXPECT_NEAR((turns("70") - first) / (last - first), 0.7f, 1e-4f);
    }
  }
}

TEST(AnyFigure, BarsHaveTheHeightsOfTheReading) {
  const Figure figure = FigureOf(Instrument::kBarChart, "294", 0.8f, 3);
  std::vector<float> heights;
  for (const FigurePart& part : figure.parts) {
    const bool is_bar = part.form == FigurePart::Form::kBox && part.radius == 0 && part.to.x < 0.9f;
    if (is_bar) heights.push_back(part.to.y - part.from.y);
  }
  ASSERT_EQ(heights.size(), 3u);
  EXPECT_NEAR(heights[1] / heights[0], 4.5f, 1e-3f);
  EXPECT_NEAR(heights[2] / heights[0], 2.0f, 1e-3f);
}

TEST(AnyFigure, OneLampIsLit) {
  constexpr Color kLamps[] = {Color::kRed, Color::kYellow, Color::kGreen};
  for (int seed = 0; seed < kDrawnFigures; ++seed) {
    SCOPED_TRACE(seed);
    for (std::size_t lit = 0; lit < 3; ++lit) {
      const Figure figure = FigureOf(Instrument::kTrafficLight, "", 2.4f, seed, kLamps[lit]);
      const FigurePaint paint(figure, 100);
      std::vector<float> brightness;
      for (const float v : {0.195f, 0.5f, 0.805f}) {
        const Rgba color = paint(0.3f, v);
        brightness.push_back(std::max({color.r, color.g, color.b}));
      }
      EXPECT_EQ(std::ranges::max_element(brightness) - brightness.begin(),
                static_cast<std::ptrdiff_t>(lit));
    }
  }
}

TEST(Compose, ScenesHaveInstrumentsWhereTheyAreWanted) {
  std::set<int> names;
  int small_digits = 0;
  for (int seed = 0; seed < 10 * kDrawnFigures; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 rng(static_cast<std::uint64_t>(seed));
    const Scene scene = Compose({.instruments = 1, .small_displays = 1}, rng);
    int readings = 0;
    for (const Thing& thing : scene.things) {
      readings += thing.reading.empty() ? 0 : 1;
      if (thing.kind == ThingKind::kInstrument) names.insert(thing.name);
      const float width = std::hypot(thing.corners[1].x - thing.corners[0].x,
                                     thing.corners[1].y - thing.corners[0].y);
      if (thing.kind == ThingKind::kDisplay && thing.reading.size() == 1 && width < 0.15f) {
        ++small_digits;
      }
    }
    EXPECT_LE(readings, 1);
  }
  EXPECT_EQ(names.size(), 4u);
  EXPECT_GT(small_digits, 0);
}

Thing ThingWith(Instrument instrument, const char* reading) {
  Thing thing;
  thing.kind = ThingKind::kInstrument;
  thing.name = NameOf(instrument);
  thing.reading = reading;
  return thing;
}

void ExpectPointers(Instrument instrument, const char* reading, Point first, Point second) {
  SCOPED_TRACE(reading);
  const std::array<Point, 2> pointers = PointersOf(ThingWith(instrument, reading));
  EXPECT_NEAR(pointers[0].x, first.x, 1e-5);
  EXPECT_NEAR(pointers[0].y, first.y, 1e-5);
  EXPECT_NEAR(pointers[1].x, second.x, 1e-5);
  EXPECT_NEAR(pointers[1].y, second.y, 1e-5);
}

TEST(PointersOf, TellWhatTheInstrumentShows) {
  ExpectPointers(Instrument::kClock, "12:00", {0, -1}, {0, -1});
  ExpectPointers(Instrument::kClock, "9:00", {-1, 0}, {0, -1});
  ExpectPointers(Instrument::kClock, "1:30", {std::sqrt(0.5f), -std::sqrt(0.5f)}, {0, 1});
  ExpectPointers(Instrument::kGauge, "50", {0, -1}, {0, -1});
  const float diagonal = std::sqrt(0.5f);
  ExpectPointers(Instrument::kGauge, "100", {diagonal, diagonal}, {diagonal, diagonal});
  ExpectPointers(Instrument::kBarChart, "93", {-0.4f, -0.8f}, {0.4f, 0.8f - 1.6f / 3});
}

// The tops of the drawn bars are where PointersOf says, up to a hundredth that the drawing keeps
// free.
TEST(PointersOf, AreWhereTheBarsAreDrawn) {
  std::mt19937_64 rng(3);
  const Thing chart = ThingWith(Instrument::kBarChart, "2951");
  const Figure figure = AnyFigure(chart, 1.0f, {200, 30, 30}, {}, rng);
  const auto [highest, lowest] = PointersOf(chart);
  for (const Point& top : {highest, lowest}) {
    const bool is_drawn = std::ranges::any_of(figure.parts, [&](const FigurePart& part) {
      return part.form == FigurePart::Form::kBox &&
             std::fabs(0.5f * (part.from.x + part.to.x) - top.x) < 1e-5f &&
             std::fabs(part.from.y - top.y) < 0.03f;
    });
    EXPECT_TRUE(is_drawn) << top.x << ", " << top.y;
  }
}

}  // namespace
}  // namespace edgevlm::train
