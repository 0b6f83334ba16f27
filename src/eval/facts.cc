#include "eval/facts.h"

#include <algorithm>
#include <map>
#include <optional>

#include "eval/words.h"

namespace edgevlm {
namespace {

std::string CountFact(int count, const std::string& name) {
  return std::to_string(count) + " " + name;
}
std::string ColorFact(const std::string& color, const std::string& name) {
  return color + " " + name;
}
std::string ReadsFact(const std::string& name, const std::string& digits) {
  return name + " reads " + digits;
}

// One noun phrase of a caption.
struct Mention {
  std::string name;
  std::optional<int> count;  // none for a bare plural: "dogs"
  bool definite = false;     // "the dog"
  std::string color;
  std::string reads;
  std::size_t end = 0;  // the word after it
};

bool IsDigits(std::string_view word) {
  return !word.empty() &&
         std::all_of(word.begin(), word.end(), [](char c) { return '0' <= c && c <= '9'; });
}

// Sizes are no facts, but they may stand between a number and a color or a name.
bool IsSize(std::string_view word) {
  return word == "small" || word == "large" || word == "big" || word == "tiny";
}

// The digits of "that reads 4 2 7" at words[at]; moves `at` past them.
std::string ReadDigits(std::span<const std::string> words, std::size_t& at) {
  std::size_t i = at;
  const auto is = [&](std::string_view word) { return i < words.size() && words[i] == word; };
  if (is("that")) ++i;
  if (!is("reads") && !is("read") && !is("reading") && !is("shows") && !is("showing")) return {};
  ++i;
  std::string digits;
  while (i < words.size() && IsDigits(words[i])) digits += words[i++];
  if (!digits.empty()) at = i;
  return digits;
}

// The noun phrase whose name starts at words[begin]; words before `from` belong to earlier phrases.
Mention ReadMention(std::span<const std::string> words, std::size_t from, std::size_t begin,
                    const KnownNames::Match& match, const KnownNames& known) {
  Mention mention;
  mention.name = match.name;
  mention.end = begin + static_cast<std::size_t>(match.words);
  std::size_t first = begin;
  if (first > from && known.IsColor(words[first - 1])) mention.color = words[--first];
  if (first > from && IsSize(words[first - 1])) --first;
  if (!match.plural) mention.count = 1;
  if (first > from) {
    const std::string& before = words[first - 1];
    if (const auto number = NumberValue(before)) mention.count = number;
    mention.definite = before == "the";
  }
  mention.reads = ReadDigits(words, mention.end);
  return mention;
}

// The total count of each name; none for a name that was mentioned without a number.
using Counts = std::map<std::string, std::optional<int>>;

void AddMention(const Mention& mention, Counts& counts, Facts& facts) {
  const auto [entry, added] = counts.try_emplace(mention.name, mention.count);
  auto& count = entry->second;
  if (!added && !mention.definite) {
    count = count && mention.count ? std::optional(*count + *mention.count) : std::nullopt;
  }
  facts.insert(mention.name);
  if (!mention.color.empty()) facts.insert(ColorFact(mention.color, mention.name));
  if (!mention.reads.empty()) facts.insert(ReadsFact(mention.name, mention.reads));
}

}  // namespace

std::vector<std::string> PossiblePlurals(const std::string& noun) {
  std::vector<std::string> plurals = {noun + "s", noun + "es"};
  struct Ending {
    std::string_view singular, plural;
  };
  constexpr Ending kEndings[] = {
      {"y", "ies"},     {"f", "ves"},   {"fe", "ves"},    {"man", "men"}, {"ouse", "ice"},
      {"oose", "eese"}, {"oot", "eet"}, {"ooth", "eeth"}, {"us", "i"},    {"child", "children"}};
  for (const Ending& ending : kEndings) {
    if (!noun.ends_with(ending.singular)) continue;
    plurals.push_back(noun.substr(0, noun.size() - ending.singular.size()) +
                      std::string(ending.plural));
  }
  return plurals;
}

KnownNames::KnownNames(std::span<const LabeledImage> images) {
  std::set<std::string> names;
  for (const LabeledImage& image : images) {
    for (const LabeledThing& thing : image.things) {
      names.insert(thing.name);
      if (!thing.color.empty()) colors_.insert(thing.color);
    }
  }
  for (const std::string& name : names) {
    std::vector<std::string> words = Words(name);
    if (words.empty()) continue;
    std::vector<std::string> plurals = PossiblePlurals(words.back());
    names_.push_back({name, std::move(words), std::move(plurals)});
  }
  std::stable_sort(names_.begin(), names_.end(),
                   [](const Name& a, const Name& b) { return a.words.size() > b.words.size(); });
}

KnownNames::Match KnownNames::Find(std::span<const std::string> words, std::size_t begin) const {
  for (const Name& name : names_) {
    const std::size_t length = name.words.size();
    if (begin + length > words.size()) continue;
    const auto candidate = words.subspan(begin, length);
    if (!std::equal(name.words.begin(), name.words.end() - 1, candidate.begin())) continue;
    const bool singular = candidate.back() == name.words.back();
    const bool plural =
        std::find(name.plurals.begin(), name.plurals.end(), candidate.back()) != name.plurals.end();
    if (singular || plural) return {name.name, static_cast<int>(length), !singular};
  }
  return {};
}

bool KnownNames::IsColor(std::string_view word) const { return colors_.contains(word); }

Facts FactsOf(std::span<const LabeledThing> things) {
  Facts facts;
  std::map<std::string, int> counts;
  for (const LabeledThing& thing : things) {
    counts[thing.name] += thing.count;
    facts.insert(thing.name);
    if (!thing.color.empty()) facts.insert(ColorFact(thing.color, thing.name));
    if (!thing.reads.empty()) facts.insert(ReadsFact(thing.name, thing.reads));
  }
  for (const auto& [name, count] : counts) facts.insert(CountFact(count, name));
  return facts;
}

Facts FactsIn(std::string_view caption, const KnownNames& known) {
  const std::vector<std::string> words = Words(caption);
  Facts facts;
  Counts counts;
  std::size_t from = 0;
  for (std::size_t i = 0; i < words.size();) {
    const KnownNames::Match match = known.Find(words, i);
    // In "an orange circle" the first name is a color.
    const bool is_color =
        match.words == 1 && known.IsColor(words[i]) && known.Find(words, i + 1).words > 0;
    if (match.words == 0 || is_color) {
      ++i;
      continue;
    }
    const Mention mention = ReadMention(words, from, i, match, known);
    AddMention(mention, counts, facts);
    from = i = mention.end;
  }
  for (const auto& [name, count] : counts) {
    if (count) facts.insert(CountFact(*count, name));
  }
  return facts;
}

}  // namespace edgevlm
