#include "train/text_templates/long_description.h"

#include <cstddef>
#include <optional>

#include "train/text_templates/locations.h"
#include "train/text_templates/phrases.h"

namespace edgevlm::train {
namespace {

// Of PlacedGroup::size.
constexpr float kSmall = 0.2f;
constexpr float kLarge = 0.42f;

std::string SizeWord(const PlacedGroup& group) {
  if (NameOf(group.what).kind == ThingKind::kDisplay) return "";
  if (group.size < kSmall) return "small ";
  return group.size > kLarge ? "large " : "";
}

std::string DescriptionOf(const PlacedGroup& group) {
  const bool one = group.count() == 1;
  const std::string noun = SizeWord(group) + (one ? Noun(group.what) : PluralNoun(group.what));
  std::string text =
      one ? WithArticle(noun)
          : std::string(kNumberWords[static_cast<std::size_t>(group.count())]) + " " + noun;
  if (const std::optional<int> location = SharedLocation(group.centers)) {
    text += std::string(" ") + kAtLocation[static_cast<std::size_t>(*location)];
  }
  return text;
}

}  // namespace

std::string LongDescription(const std::vector<PlacedGroup>& groups) {
  if (groups.empty()) return "an empty picture";
  const int count = Count(groups);
  std::string text;
  if (groups.size() > 1) {
    text = std::string(kNumberWords[static_cast<std::size_t>(count)]) + " things: ";
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (i > 0) text += i + 1 == groups.size() ? " and " : ", ";
    text += DescriptionOf(groups[i]);
  }
  return text;
}

}  // namespace edgevlm::train
