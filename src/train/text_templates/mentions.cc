#include "train/text_templates/mentions.h"

#include <cctype>
#include <cstdint>

#include "train/scenes/things.h"

namespace edgevlm::train {
namespace {

bool IsLetter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

// Whether the name is at text[at], not followed by a letter.
bool StandsAt(std::string_view text, std::size_t at, std::string_view name) {
  if (text.substr(at, name.size()) != name) return false;
  const std::size_t end = at + name.size();
  return end == text.size() || !IsLetter(text[end]);
}

// The longest name at text[at]: an index into ThingNames(), or -1.
int NameAt(std::string_view text, std::size_t at) {
  int longest = -1;
  std::size_t length = 0;
  const auto names = ThingNames();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string_view name = names[i].name;
    if (name.size() <= length || !StandsAt(text, at, name)) continue;
    longest = static_cast<int>(i);
    length = name.size();
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

std::vector<Mention> Mentions(std::string_view text, const std::vector<PlacedGroup>& groups) {
  std::vector<Mention> mentions;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at > 0 && IsLetter(text[at - 1])) continue;
    const int name = NameAt(text, at);
    if (name < 0) continue;
    Description what{name, {}, {}};
    if (NameOf(what).kind == ThingKind::kShape) what.color = ColorBefore(text, at);
    const std::size_t end = at + std::string_view(NameOf(what).name).size();
    if (const auto mention = Resolve(what, end, groups)) mentions.push_back(*mention);
    at = end;
  }
  return mentions;
}

}  // namespace edgevlm::train
