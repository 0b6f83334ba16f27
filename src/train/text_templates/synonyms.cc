#include "train/text_templates/synonyms.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "train/scenes/things.h"
#include "train/text_templates/phrases.h"
#include "train/text_templates/pick_one.h"
#include "train/text_templates/wordings.h"

namespace edgevlm::train {
namespace {

constexpr Synonym kSynonyms[] = {
    {"airplane", "plane", "planes"},
    {"airplane", "aeroplane", "aeroplanes"},
    {"axe", "ax", "axes"},
    {"backpack", "rucksack", "rucksacks"},
    {"bicycle", "bike", "bikes"},
    {"cactus", "cactus", "cacti"},
    {"candy", "sweet", "sweets"},
    {"cat", "kitty", "kitties"},
    {"chili", "chili pepper", "chili peppers"},
    {"circle", "disc", "discs"},
    {"circle", "dot", "dots"},
    {"coffee", "cup of coffee", "cups of coffee"},
    {"couch", "sofa", "sofas"},
    {"crocodile", "alligator", "alligators"},
    {"cross", "plus sign", "plus signs"},
    {"diamond", "rhombus", "rhombuses"},
    {"dog", "puppy", "puppies"},
    {"doughnut", "donut", "donuts"},
    {"eggplant", "aubergine", "aubergines"},
    {"envelope", "letter", "letters"},
    {"fire engine", "fire truck", "fire trucks"},
    {"flame", "fire", "fires"},
    {"gift", "present", "presents"},
    {"globe", "earth", "earths"},
    {"hamburger", "burger", "burgers"},
    {"handbag", "purse", "purses"},
    {"hot dog", "hotdog", "hotdogs"},
    {"ladybug", "ladybird", "ladybirds"},
    {"laptop", "computer", "computers"},
    {"light bulb", "bulb", "bulbs"},
    {"lollipop", "lolly", "lollies"},
    {"motorcycle", "motorbike", "motorbikes"},
    {"phone", "telephone", "telephones"},
    {"pizza", "slice of pizza", "slices of pizza"},
    {"rabbit", "bunny", "bunnies"},
    {"rooster", "cock", "cocks"},
    {"sailboat", "boat", "boats"},
    {"sailboat", "sailing boat", "sailing boats"},
    {"shirt", "t-shirt", "t-shirts"},
    {"square", "box", "boxes"},
    {"teddy bear", "teddy", "teddies"},
    {"television", "tv", "tvs"},
    {"top hat", "hat", "hats"},
    {"train", "locomotive", "locomotives"},
    {"truck", "lorry", "lorries"},
    {"turtle", "tortoise", "tortoises"},
    {"water drop", "drop", "drops"},
    {"wine glass", "glass of wine", "glasses of wine"},
    {"wrench", "spanner", "spanners"},
    {"display", "screen", "screens"},
    {"gauge", "dial", "dials"},
    {"gauge", "meter", "meters"},
    {"bar chart", "bar graph", "bar graphs"},
    {"bar chart", "chart", "charts"},
};

struct Rephrasing {
  std::string_view phrase;
  std::string_view pattern;  // of a wording
};

constexpr Rephrasing kRephrasings[] = {
    {"in the top left", "[in|at] the [top|upper] left[| corner| corner| part| side]"},
    {"at the top",
     "[at|in] the [very top|upper part|upper edge|top edge|top middle|middle of the top|upper "
     "middle]"},
    {"in the top right", "[in|at] the [top|upper] right[| corner| corner| part| side]"},
    {"on the left",
     "[on the left[-hand side| side| edge]|at the left|to the left|in the left part]"},
    {"in the center",
     "[in the [middle|middle|centre|very middle|central part]|in the middle of it|at the center]"},
    {"on the right",
     "[on the right[-hand side| side| edge]|at the right|to the right|in the right part]"},
    {"in the bottom left", "[in|at] the [bottom|lower] left[| corner| corner| part| side]"},
    {"at the bottom",
     "[at|in] the [very bottom|lower part|lower edge|bottom edge|bottom middle|middle of the "
     "bottom|lower middle]"},
    {"in the bottom right", "[in|at] the [bottom|lower] right[| corner| corner| part| side]"},
    {"foods", "[things to eat|food items|kinds of food|pieces of food]"},
    {"a food", "[something to eat|some food|any food|a food item]"},
    {"animals", "[creatures|living creatures|animals of any kind]"},
    {"an animal", "[a creature|any animal|some animal]"},
    {"vehicles", "[means of transport|vehicles of any kind]"},
    {"a vehicle", "[any vehicle|some vehicle|a means of transport]"},
    {"clothes", "[pieces of clothing|garments|things to wear]"},
    {"a piece of clothing", "[something to wear|a garment|any clothing]"},
    {"fruits", "[pieces of fruit|kinds of fruit]"},
    {"a fruit", "[some fruit|any fruit|a piece of fruit]"},
};

bool IsWordLetter(char c) { return ('a' <= c && c <= 'z') || c == '-'; }

// The first occurrence of the whole word (or words); npos if there is none.
std::size_t FindWord(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || !IsWordLetter(text[at - 1]);
    if (begins && (end == text.size() || !IsWordLetter(text[end]))) return at;
  }
  return std::string_view::npos;
}

// The phrase with another name at `at`, and with the article that belongs to it.
std::string Replaced(std::string_view phrase, std::size_t at, std::string_view old,
                     const std::string& with) {
  const std::string_view before = phrase.substr(0, at), after = phrase.substr(at + old.size());
  std::string text;
  for (const std::string_view article : {"an ", "a "}) {
    if (!before.ends_with(article)) continue;
    const std::string_view kept = before.substr(0, before.size() - article.size());
    if (!kept.empty() && kept.back() != ' ') continue;
    return text.append(kept).append(WithArticle(with)).append(after);
  }
  return text.append(before).append(with).append(after);
}

}  // namespace

std::span<const Synonym> Synonyms() { return kSynonyms; }

std::string WithSynonym(const std::string& phrase, std::mt19937_64& rng) {
  // Of nested names ("hot dog") the longest counts.
  const ThingName* named = nullptr;
  std::string_view spelled;
  for (const ThingName& thing : ThingNames()) {
    for (const std::string_view form : {thing.name, thing.plural}) {
      if (form.size() <= spelled.size() || FindWord(phrase, form) == std::string::npos) continue;
      named = &thing;
      spelled = form;
    }
  }
  if (named == nullptr) return phrase;
  const std::size_t at = FindWord(phrase, spelled);
  std::vector<std::string> possible;
  for (const Synonym& synonym : kSynonyms) {
    if (std::string_view(synonym.name) != named->name) continue;
    const bool is_plural = spelled != named->name;
    possible.push_back(Replaced(phrase, at, spelled, is_plural ? synonym.plural : synonym.other));
  }
  return possible.empty() ? phrase : PickOne(rng, possible);
}

std::string Rephrased(const std::string& phrase, std::mt19937_64& rng) {
  const auto* found = std::ranges::find(kRephrasings, phrase, &Rephrasing::phrase);
  return found == std::end(kRephrasings) ? phrase : ExpandWording(found->pattern, rng);
}

}  // namespace edgevlm::train
