#include "train/wording/questions.h"

#include <set>

#include "train/wording/askers.h"
#include "train/wording/groups.h"
#include "train/wording/pick_one.h"

namespace edgevlm::train {
namespace {

struct WeightedAsker {
  int weight;
  Asker ask;
};

// The kinds that few scenes allow weigh more, so that each is asked often enough over all scenes.
constexpr WeightedAsker kAskers[] = {
    {3, AskWhat},      {3, AskCount},      {3, AskColor},  {6, AskWhere},
    {9, AskLeftRight}, {9, AskAboveBelow}, {3, AskExists}, {6, AskDisplay},
};

// How often an asker may repeat an earlier question before its kind counts as used up.
constexpr int kAttempts = 6;

std::size_t ChooseAsker(const std::vector<WeightedAsker>& askers, std::mt19937_64& rng) {
  int total = 0;
  for (const WeightedAsker& asker : askers) total += asker.weight;
  int drawn = UniformInt(rng, total);
  std::size_t chosen = 0;
  while (drawn >= askers[chosen].weight) drawn -= askers[chosen++].weight;
  return chosen;
}

}  // namespace

std::vector<QuestionAnswer> Questions(const Scene& scene, int count, std::mt19937_64& rng) {
  std::vector<QuestionAnswer> result;
  const std::vector<PlacedGroup> groups = PlacedGroups(scene);
  if (groups.empty()) return result;
  std::vector<WeightedAsker> askers(std::begin(kAskers), std::end(kAskers));
  std::set<std::string> asked;
  while (static_cast<int>(result.size()) < count && !askers.empty()) {
    const std::size_t chosen = ChooseAsker(askers, rng);
    // Drawn once for all attempts: a fresh draw would favor the answer that has more questions.
    const bool yes = Chance(rng, 0.5f);
    bool found = false;
    for (int attempt = 0; attempt < kAttempts && !found; ++attempt) {
      std::optional<QuestionAnswer> drawn = askers[chosen].ask(groups, yes, rng);
      if (!drawn) break;
      found = asked.insert(drawn->question).second;
      if (found) result.push_back(std::move(*drawn));
    }
    if (!found) askers.erase(askers.begin() + static_cast<std::ptrdiff_t>(chosen));
  }
  return result;
}

}  // namespace edgevlm::train
