#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>

#include "train/scenes/instruments.h"
#include "train/text_templates/captions.h"
#include "train/text_templates/phrases.h"
#include "train/text_templates/question_templates.h"

namespace edgevlm::train {
namespace {

constexpr int kDrawnReadings = 300;

std::vector<PlacedGroup> Showing(Instrument instrument, const std::string& reading,
                                 Color color = Color::kRed) {
  Thing thing{ThingKind::kInstrument, NameOf(instrument), color, reading, {}};
  thing.corners.fill({0.5f, 0.5f});
  return PlacedGroups({.things = {thing}, .width = 200, .height = 200});
}

// By form, the answer to the question "yes" or "no" being `yes`; parts are kept in `parts`.
std::map<QuestionForm, QuestionAnswer> ReadingsOf(const std::vector<PlacedGroup>& groups,
                                                  bool yes) {
  std::map<QuestionForm, QuestionAnswer> asked;
  std::mt19937_64 rng(7);
  for (int i = 0; i < kDrawnReadings; ++i) {
    const auto question = AskReading(groups, yes, rng);
    if (question) asked.insert_or_assign(question->form, *question);
  }
  return asked;
}

TEST(TimeInWords, SaysQuartersOfAnHour) {
  EXPECT_EQ(TimeInWords("12:00"), "twelve o'clock");
  EXPECT_EQ(TimeInWords("3:15"), "a quarter past three");
  EXPECT_EQ(TimeInWords("11:30"), "half past eleven");
  EXPECT_EQ(TimeInWords("12:45"), "a quarter to one");
  EXPECT_EQ(TimeInWords("11:45"), "a quarter to twelve");
}

TEST(Instruments, HavePhrasesOfTheirOwn) {
  const auto noun = [](const std::vector<PlacedGroup>& groups) { return Noun(groups[0].what); };
  EXPECT_EQ(noun(Showing(Instrument::kClock, "4:00")), "clock that shows four o'clock");
  EXPECT_EQ(noun(Showing(Instrument::kGauge, "70")), "gauge that reads 7 0");
  EXPECT_EQ(noun(Showing(Instrument::kBarChart, "3915")), "bar chart with four bars");
  EXPECT_EQ(noun(Showing(Instrument::kTrafficLight, "", Color::kGreen)), "green traffic light");
  EXPECT_EQ(PluralNoun(Showing(Instrument::kClock, "4:30")[0].what),
            "clocks that show half past four");
}

TEST(AskReading, AnswersWhatIsShown) {
  for (const bool yes : {true, false}) {
    const std::string check = yes ? "yes" : "no";
    const auto clock = ReadingsOf(Showing(Instrument::kClock, "3:30"), yes);
    EXPECT_EQ(clock.at(QuestionForm::kTime).answer, "half past three");
    EXPECT_EQ(clock.at(QuestionForm::kTimeIs).answer, check);
    EXPECT_EQ(clock.at(QuestionForm::kTimeIs).parts[0] == "half past three", yes);
    const auto gauge = ReadingsOf(Showing(Instrument::kGauge, "100"), yes);
    EXPECT_EQ(gauge.at(QuestionForm::kGaugeReads).answer, "1 0 0");
    EXPECT_EQ(gauge.at(QuestionForm::kGaugeReadsThis).answer, check);
    const std::string said = gauge.at(QuestionForm::kGaugeReadsThis).parts[0];
    EXPECT_EQ(said == "100" || said == "1 0 0", yes);
  }
  const auto bars = ReadingsOf(Showing(Instrument::kBarChart, "3915"), true);
  EXPECT_EQ(bars.at(QuestionForm::kHowManyBars).answer, "four");
  EXPECT_EQ(bars.at(QuestionForm::kHighestBar).answer, "the second");
  EXPECT_EQ(bars.at(QuestionForm::kLowestBar).answer, "the third");
  const auto light = ReadingsOf(Showing(Instrument::kTrafficLight, "", Color::kYellow), true);
  EXPECT_EQ(light.at(QuestionForm::kWhichLamp).answer, "yellow");
}

TEST(AskReading, NeedsAnInstrument) {
  std::mt19937_64 rng(1);
  EXPECT_EQ(AskReading({}, true, rng), std::nullopt);
  Thing emoji;  // a traffic light of an emoji set has no lamp that is lit
  emoji.name = NameOf(Instrument::kTrafficLight);
  EXPECT_EQ(AskReading(PlacedGroups({.things = {emoji}, .width = 9, .height = 9}), true, rng),
            std::nullopt);
}

TEST(AskMissingInstrument, NeverAsksForOneThatIsThere) {
  std::mt19937_64 rng(1);
  const auto groups = Showing(Instrument::kClock, "3:30");
  std::map<std::string, int> kinds;
  for (int i = 0; i < kDrawnReadings; ++i) {
    const auto asked = AskMissingInstrument(groups, false, rng);
    if (!asked) continue;
    ++kinds[asked->kind];
    EXPECT_NE(asked->form, QuestionForm::kTime);
    for (const std::string& part : asked->parts) {
      EXPECT_EQ(part.find("clock"), std::string::npos) << part;
    }
  }
  EXPECT_EQ(kinds.size(), 3u);
}

TEST(Questions, OfScenesWithInstrumentsAskAboutThem) {
  Thing clock{ThingKind::kInstrument, NameOf(Instrument::kClock), Color::kRed, "3:00", {}};
  clock.corners.fill({0.5f, 0.5f});
  const Scene scene{.things = {clock}, .width = 200, .height = 200, .varied = true};
  for (const Wording wording : {Wording::kTrained, Wording::kHeldOut}) {
    std::mt19937_64 rng(5);
    int readings = 0;
    for (const QuestionAnswer& asked : Questions(scene, 24, wording, rng)) {
      if (asked.kind != "reading") continue;
      ++readings;
      EXPECT_EQ(asked.answer, "three o'clock") << asked.question;
    }
    EXPECT_GT(readings, 2);
  }
}

}  // namespace
}  // namespace edgevlm::train
