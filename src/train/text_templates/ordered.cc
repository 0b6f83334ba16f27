#include "train/text_templates/ordered.h"

#include "train/scenes/random.h"
#include "train/text_templates/phrases.h"

namespace edgevlm::train {
namespace {

constexpr float kBareNameProbability = 1.0f / 3;

}  // namespace

std::string PickName(const std::vector<std::string>& names, std::mt19937_64& rng) {
  return names.size() > 1 && Bernoulli(rng, kBareNameProbability) ? names[1] : names[0];
}

std::vector<Ordered> FindOrdered(Relation relation, const std::vector<PlacedGroup>& groups,
                                 std::mt19937_64& rng) {
  std::vector<Ordered> found;
  for (const PlacedGroup& a : groups) {
    for (const PlacedGroup& b : groups) {
      const auto names_a = UniqueNames(a, groups);
      const auto names_b = UniqueNames(b, groups);
      if (&a == &b || names_a.empty() || names_b.empty()) continue;
      if (Gap(relation, a.centers, b.centers) < kRelationMargin) continue;
      found.push_back({PickName(names_a, rng), PickName(names_b, rng)});
    }
  }
  return found;
}

}  // namespace edgevlm::train
