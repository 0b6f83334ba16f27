// Question templates about instruments: reading, and the questions that ask for missing ones.
#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "train/scenes/instruments.h"
#include "train/text_templates/descriptions.h"
#include "train/text_templates/phrases.h"
#include "train/text_templates/pick_one.h"
#include "train/text_templates/question_templates.h"

namespace edgevlm::train {
namespace {

constexpr float kCheckFraction = 0.25f;  // yes-or-no questions among those about a reading

bool IsInstrument(const PlacedGroup& group) {
  const bool is_light = group.what.color && NameOf(group.what).kind == ThingKind::kEmoji;
  return is_light || NameOf(group.what).kind == ThingKind::kInstrument;
}

// "first", ...
std::string Ordinal(std::size_t index) {
  constexpr std::array kOrdinals = {"first", "second", "third", "fourth", "fifth"};
  return std::string("the ") + kOrdinals[index];
}

QuestionAnswer AskTime(const std::string& time, bool yes, std::mt19937_64& rng) {
  if (!Bernoulli(rng, kCheckFraction)) {
    return {"reading", "", TimeInWords(time), QuestionForm::kTime, {}};
  }
  std::string asked = time;
  while (!yes && asked == time) asked = AnyReading(Instrument::kClock, rng);
  return {"check", "", YesOrNo(yes), QuestionForm::kTimeIs, {TimeInWords(asked)}};
}

QuestionAnswer AskGauge(const std::string& value, bool yes, std::mt19937_64& rng) {
  if (!Bernoulli(rng, kCheckFraction)) {
    return {"reading", "", SpacedDigits(value), QuestionForm::kGaugeReads, {}};
  }
  std::string asked = value;
  while (!yes && asked == value) asked = AnyReading(Instrument::kGauge, rng);
  const std::string spelled = Bernoulli(rng, 0.5f) ? SpacedDigits(asked) : asked;
  return {"check", "", YesOrNo(yes), QuestionForm::kGaugeReadsThis, {spelled}};
}

QuestionAnswer AskBars(const std::string& heights, std::mt19937_64& rng) {
  const auto [lowest, highest] = std::ranges::minmax_element(heights);
  switch (UniformInt(rng, 3)) {
    case 0:
      return {"reading", "", kNumberWords[heights.size()], QuestionForm::kHowManyBars, {}};
    case 1:
      return {"reading",
              "",
              Ordinal(static_cast<std::size_t>(highest - heights.begin())),
              QuestionForm::kHighestBar,
              {}};
    default:
      return {"reading",
              "",
              Ordinal(static_cast<std::size_t>(lowest - heights.begin())),
              QuestionForm::kLowestBar,
              {}};
  }
}

// The form that asks what the instrument shows.
QuestionForm FormFor(Instrument instrument) {
  switch (instrument) {
    case Instrument::kClock:
      return QuestionForm::kTime;
    case Instrument::kGauge:
      return QuestionForm::kGaugeReads;
    case Instrument::kBarChart:
      return QuestionForm::kHowManyBars;
    case Instrument::kTrafficLight:
      break;
  }
  return QuestionForm::kWhichLamp;
}

}  // namespace

bool HasInstrument(const std::vector<PlacedGroup>& groups) {
  return std::ranges::any_of(groups, IsInstrument);
}

std::optional<QuestionAnswer> AskReading(const std::vector<PlacedGroup>& groups, bool yes,
                                         std::mt19937_64& rng) {
  const auto found = std::ranges::find_if(groups, IsInstrument);
  if (found == groups.end()) return std::nullopt;
  const Description& what = found->what;
  switch (InstrumentNamed(what.name)) {
    case Instrument::kClock:
      return AskTime(what.reading, yes, rng);
    case Instrument::kGauge:
      return AskGauge(what.reading, yes, rng);
    case Instrument::kBarChart:
      return AskBars(what.reading, rng);
    case Instrument::kTrafficLight:
      break;
  }
  const Description bare = Bare(what);
  if (Count(bare, groups) != found->count()) return std::nullopt;
  return QuestionAnswer{"reading", "", NameOf(*what.color), QuestionForm::kWhichLamp, {}};
}

std::optional<QuestionAnswer> AskMissingInstrument(const std::vector<PlacedGroup>& groups, bool,
                                                   std::mt19937_64& rng) {
  const auto instrument = static_cast<Instrument>(UniformInt(rng, 4));
  const Description what{NameOf(instrument), {}, {}};
  if (CountPossible(what, groups) > 0) return std::nullopt;
  switch (UniformInt(rng, 4)) {
    case 0:
      return QuestionAnswer{"exists", "", "no", QuestionForm::kExists, {WithArticle(Noun(what))}};
    case 1:
      return QuestionAnswer{"exists", "", "no", QuestionForm::kAnyOf, {PluralNoun(what)}};
    case 2:
      return QuestionAnswer{
          "count", "", kNumberWords[0], QuestionForm::kHowMany, {PluralNoun(what)}};
    default:
      return QuestionAnswer{"absent", "", "there is no " + Noun(what), FormFor(instrument), {}};
  }
}

}  // namespace edgevlm::train
