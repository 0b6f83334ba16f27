#include "train/text_templates/questions.h"

#include <set>

#include "train/text_templates/groups.h"
#include "train/text_templates/pick_one.h"
#include "train/text_templates/question_templates.h"

namespace edgevlm::train {
namespace {

struct WeightedTemplate {
  int weight;
  QuestionTemplate ask;
};

// Kinds that few scenes allow have a higher weight, so that each kind is frequent enough over all
// scenes.
constexpr WeightedTemplate kQuestionTemplates[] = {
    {3, AskWhat},      {3, AskCount},      {3, AskColor},  {6, AskWhere},
    {9, AskLeftRight}, {9, AskAboveBelow}, {3, AskExists}, {6, AskDisplay},
};

// How often a template may repeat an earlier question before its kind counts as exhausted.
constexpr int kAttempts = 6;

std::size_t ChooseTemplate(const std::vector<WeightedTemplate>& question_templates,
                           std::mt19937_64& rng) {
  int total = 0;
  for (const WeightedTemplate& question_template : question_templates) {
    total += question_template.weight;
  }
  int drawn = UniformInt(rng, total);
  std::size_t chosen = 0;
  while (drawn >= question_templates[chosen].weight) drawn -= question_templates[chosen++].weight;
  return chosen;
}

}  // namespace

std::vector<QuestionAnswer> Questions(const Scene& scene, int count, std::mt19937_64& rng) {
  std::vector<QuestionAnswer> result;
  const std::vector<PlacedGroup> groups = PlacedGroups(scene);
  if (groups.empty()) return result;
  std::vector<WeightedTemplate> question_templates(std::begin(kQuestionTemplates),
                                                   std::end(kQuestionTemplates));
  std::set<std::string> asked;
  while (static_cast<int>(result.size()) < count && !question_templates.empty()) {
    const std::size_t chosen = ChooseTemplate(question_templates, rng);
    // Drawn once for all attempts: redrawing would favor the answer with more possible questions.
    const bool yes = Bernoulli(rng, 0.5f);
    bool found = false;
    for (int attempt = 0; attempt < kAttempts && !found; ++attempt) {
      std::optional<QuestionAnswer> drawn = question_templates[chosen].ask(groups, yes, rng);
      if (!drawn) break;
      found = asked.insert(drawn->question).second;
      if (found) result.push_back(std::move(*drawn));
    }
    if (!found) {
      question_templates.erase(question_templates.begin() + static_cast<std::ptrdiff_t>(chosen));
    }
  }
  return result;
}

}  // namespace edgevlm::train
