#include "train/text_templates/captions.h"

#include <vector>

#include "train/text_templates/groups.h"
#include "train/text_templates/locations.h"
#include "train/text_templates/phrases.h"
#include "train/text_templates/pick_one.h"

namespace edgevlm::train {
namespace {

const char* ThereIs(const PlacedGroup& first) {
  return first.count() == 1 ? "there is" : "there are";
}

// The first text with probability 1/2, else one of the others.
std::string PlainestOrOther(const std::vector<std::string>& texts, std::mt19937_64& rng) {
  if (texts.size() == 1 || Bernoulli(rng, 0.5f)) return texts[0];
  return texts[static_cast<std::size_t>(1 + UniformInt(rng, static_cast<int>(texts.size()) - 1))];
}

std::vector<std::string> OneGroupCaptions(const PlacedGroup& group) {
  const std::string named = Counted(group.what, group.count());
  std::vector<std::string> texts = {
      named,
      Fill("{0} {1}", {ThereIs(group), named}),
      Fill("the picture shows {0}", {named}),
      Fill("a picture of {0}", {named}),
  };
  if (const std::optional<int> location = SharedLocation(group.centers)) {
    const char* at_location = kAtLocation[static_cast<std::size_t>(*location)];
    texts.push_back(Fill("{0} {1}", {named, at_location}));
    texts.push_back(Fill("{0} {1} {2}", {ThereIs(group), named, at_location}));
  }
  return texts;
}

std::vector<std::string> TwoGroupCaptions(const PlacedGroup& first, const PlacedGroup& second) {
  const std::string a = Counted(first.what, first.count());
  const std::string b = Counted(second.what, second.count());
  const std::string both = Fill("{0} and {1}", {a, b});
  std::vector<std::string> texts;
  if (const auto relation = ClearRelation(first.centers, second.centers)) {
    const std::string related = Fill("{0} {1} {2}", {a, RelationPhrase(*relation), b});
    texts = {
        related,
        Fill("{0} {1}", {ThereIs(first), related}),
        Fill("the picture shows {0}", {related}),
        Fill("{0} {1} {2}", {b, RelationPhrase(Opposite(*relation)), a}),
    };
  }
  texts.push_back(both);
  texts.push_back(Fill("the picture shows {0}", {both}));
  texts.push_back(Fill("a picture of {0}", {both}));
  texts.push_back(Fill("{0} with {1}", {a, b}));
  if (AreNextToEachOther(first.centers, second.centers)) {
    texts.push_back(Fill("{0} next to {1}", {a, b}));
    texts.push_back(Fill("{0} {1} next to {2}", {ThereIs(first), a, b}));
  }
  return texts;
}

// Whether every group lies clearly to the right of the one before it.
bool StandInARow(const std::vector<PlacedGroup>& groups) {
  for (std::size_t i = 1; i < groups.size(); ++i) {
    if (Gap(Relation::kLeftOf, groups[i - 1].centers, groups[i].centers) < kRelationMargin) {
      return false;
    }
  }
  return true;
}

std::vector<std::string> ListCaptions(const std::vector<PlacedGroup>& groups) {
  const std::string all = Listed(groups);
  std::vector<std::string> texts = {
      all,
      Fill("{0} {1}", {ThereIs(groups[0]), all}),
      Fill("the picture shows {0}", {all}),
      Fill("a picture of {0}", {all}),
  };
  if (StandInARow(groups)) texts.push_back(Fill("from left to right, {0}", {all}));
  return texts;
}

}  // namespace

std::string Caption(const Scene& scene, std::mt19937_64& rng) {
  const std::vector<PlacedGroup> groups = PlacedGroups(scene);
  if (groups.empty()) return PlainestOrOther({"an empty picture", "the picture is empty"}, rng);
  if (groups.size() == 1) return PlainestOrOther(OneGroupCaptions(groups[0]), rng);
  if (groups.size() == 2) return PlainestOrOther(TwoGroupCaptions(groups[0], groups[1]), rng);
  return PlainestOrOther(ListCaptions(groups), rng);
}

}  // namespace edgevlm::train
