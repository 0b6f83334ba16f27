#include "train/text_templates/mentions.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string>

#include "base/ascii.h"
#include "base/check.h"
#include "train/scenes/things.h"
#include "train/text_templates/synonyms.h"

namespace edgevlm::train {
namespace {

bool IsLetter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

// Whether the name is at text[at], not followed by a letter.
bool StandsAt(std::string_view text, std::size_t at, std::string_view name) {
  if (text.substr(at, name.size()) != name) return false;
  const std::size_t end = at + name.size();
  return end == text.size() || !IsLetter(text[end]);
}

struct NameInText {
  int name = -1;  // index into ThingNames(); -1 for none
  std::size_t length = 0;
};

int IndexOf(std::string_view name) {
  const auto names = ThingNames();
  const auto found = std::ranges::find(names, name, &ThingName::name);
  CHECK(found != names.end());
  return static_cast<int>(found - names.begin());
}

// The longest name or synonym at text[at].
NameInText NameAt(std::string_view text, std::size_t at) {
  NameInText longest;
  const auto names = ThingNames();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string_view name = names[i].name;
    if (name.size() <= longest.length || !StandsAt(text, at, name)) continue;
    longest = {static_cast<int>(i), name.size()};
  }
  for (const Synonym& synonym : Synonyms()) {
    const std::string_view other = synonym.other;
    if (other.size() <= longest.length || !StandsAt(text, at, other)) continue;
    longest = {IndexOf(synonym.name), other.size()};
  }
  return longest;
}

std::optional<Color> ColorBefore(std::string_view text, std::size_t at) {
  for (std::size_t i = 0; i < kColorNames.size(); ++i) {
    const std::string_view color = kColorNames[i];
    if (at <= color.size() || text[at - 1] != ' ') continue;
    if (text.substr(at - 1 - color.size(), color.size()) == color) return static_cast<Color>(i);
  }
  return std::nullopt;
}

// The thing that the description refers to; none if it matches several things.
std::optional<Mention> Resolve(const Description& what, std::size_t end,
                               const std::vector<PlacedGroup>& groups) {
  const int possible = CountPossible(what, groups);
  if (possible == 0) return Mention{end, std::nullopt};
  if (possible != 1) return std::nullopt;
  for (const PlacedGroup& group : groups) {
    if (Matches(what, group.what)) return Mention{end, group.centers.front()};
  }
  return std::nullopt;
}

}  // namespace

std::vector<Mention> Mentions(std::string_view typed, const std::vector<PlacedGroup>& groups) {
  const std::string text = ToLowerAscii(typed);
  std::vector<Mention> mentions;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at > 0 && IsLetter(text[at - 1])) continue;
    const NameInText found = NameAt(text, at);
    if (found.name < 0) continue;
    Description what{found.name, {}, {}};
    if (NameOf(what).kind == ThingKind::kShape) what.color = ColorBefore(text, at);
    const std::size_t end = at + found.length;
    if (const auto mention = Resolve(what, end, groups)) mentions.push_back(*mention);
    at = end;
  }
  return mentions;
}

}  // namespace edgevlm::train
