#include "train/text_templates/phrases.h"

#include "base/check.h"
#include "train/scenes/instruments.h"

namespace edgevlm::train {
namespace {

std::string Colored(const Description& what, const char* noun) {
  if (!what.color) return noun;
  return std::string(NameOf(*what.color)) + " " + noun;
}

// Whether the word starts with a vowel sound: "umbrella" and "hourglass" do, "unicorn" does not.
bool StartsWithVowelSound(std::string_view word) {
  if (word.starts_with("hour")) return true;
  for (const std::string_view exception : {"uni", "uk", "use", "ufo", "eu", "one"}) {
    if (word.starts_with(exception)) return false;
  }
  return !word.empty() && std::string_view("aeiou").find(word[0]) != std::string_view::npos;
}

template <class Parts>
std::string FillWith(std::string_view pattern, const Parts& parts) {
  std::string text;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '{') {
      text += pattern[i];
      continue;
    }
    CHECK(i + 2 < pattern.size() && pattern[i + 2] == '}');
    const int number = pattern[i + 1] - '0';
    CHECK(0 <= number && number < static_cast<int>(parts.size()));
    text += *(parts.begin() + number);
    i += 2;
  }
  return text;
}

// verb_end: "s" after a singular.
std::string ReadingClause(const Description& what, const char* verb_end) {
  if (what.reading.empty()) return "";
  if (NameOf(what).kind == ThingKind::kInstrument) {
    const Instrument instrument = InstrumentNamed(what.name);
    if (instrument == Instrument::kClock) {
      return Fill(" that show{0} {1}", {verb_end, TimeInWords(what.reading)});
    }
    if (instrument == Instrument::kBarChart) {
      return Fill(" with {0} bars", {kNumberWords[what.reading.size()]});
    }
  }
  return Fill(" that read{0} {1}", {verb_end, SpacedDigits(what.reading)});
}

}  // namespace

std::string Fill(std::string_view pattern, std::initializer_list<std::string_view> parts) {
  return FillWith(pattern, parts);
}

std::string Fill(std::string_view pattern, std::span<const std::string> parts) {
  return FillWith(pattern, parts);
}

std::string SpacedDigits(std::string_view digits) {
  std::string text;
  for (const char digit : digits) {
    if (!text.empty()) text += ' ';
    text += digit;
  }
  return text;
}

std::string TimeInWords(const std::string& time) {
  constexpr std::array kHours = {"twelve", "one",   "two",   "three", "four", "five",
                                 "six",    "seven", "eight", "nine",  "ten",  "eleven"};
  const int minutes = MinutesOf(time);
  const auto hour = static_cast<std::size_t>(minutes / 60);
  switch (minutes % 60) {
    case 0:
      return Fill("{0} o'clock", {kHours[hour]});
    case 15:
      return Fill("a quarter past {0}", {kHours[hour]});
    case 30:
      return Fill("half past {0}", {kHours[hour]});
    default:
      return Fill("a quarter to {0}", {kHours[(hour + 1) % kHours.size()]});
  }
}

std::string Noun(const Description& what) {
  return Colored(what, NameOf(what).name) + ReadingClause(what, "s");
}

std::string PluralNoun(const Description& what) {
  return Colored(what, NameOf(what).plural) + ReadingClause(what, "");
}

std::string WithArticle(const std::string& noun) {
  return (StartsWithVowelSound(noun) ? "an " : "a ") + noun;
}

std::string Counted(const Description& what, int count) {
  CHECK(1 <= count && count < static_cast<int>(kNumberWords.size()));
  if (count == 1) return WithArticle(Noun(what));
  return std::string(kNumberWords[static_cast<std::size_t>(count)]) + " " + PluralNoun(what);
}

std::string Listed(const std::vector<PlacedGroup>& groups) {
  CHECK(!groups.empty());
  std::string text;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (i > 0) text += i + 1 == groups.size() ? " and " : ", ";
    text += Counted(groups[i].what, groups[i].count());
  }
  return text;
}

std::vector<std::string> UniqueNames(const PlacedGroup& group,
                                     const std::vector<PlacedGroup>& groups) {
  std::vector<std::string> names;
  if (CountPossible(group.what, groups) != 1) return names;
  const Description bare = Bare(group.what);
  const bool bare_is_unique = CountPossible(bare, groups) == 1;
  const bool is_read = !group.what.reading.empty();
  // A single display is "the display": its digits would give away the answer.
  if (!is_read || !bare_is_unique) names.push_back("the " + Noun(group.what));
  if (bare_is_unique && (is_read || group.what.color)) names.push_back("the " + Noun(bare));
  return names;
}

}  // namespace edgevlm::train
