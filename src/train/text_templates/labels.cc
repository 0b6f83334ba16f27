#include "train/text_templates/labels.h"

#include <algorithm>
#include <string>
#include <vector>

#include "train/scenes/instruments.h"
#include "train/text_templates/captions.h"
#include "train/text_templates/groups.h"
#include "train/text_templates/questions.h"

namespace edgevlm::train {
namespace {

// Draws per requested caption; a scene has four to ten different captions.
constexpr int kDrawsPerCaption = 8;

// Captions tell the others' readings in words, not in digits.
bool ReadsDigits(const Description& what) {
  return NameOf(what).kind == ThingKind::kDisplay || what.name == NameOf(Instrument::kGauge);
}

nlohmann::json ThingLabels(const Scene& scene) {
  nlohmann::json labels = nlohmann::json::array();
  for (const PlacedGroup& group : PlacedGroups(scene)) {
    nlohmann::json label = {{"name", NameOf(group.what).name}, {"count", group.count()}};
    if (group.what.color) {
      label["colour"] = NameOf(*group.what.color);
    }
    if (ReadsDigits(group.what)) label["reads"] = group.what.reading;
    labels.push_back(std::move(label));
  }
  return labels;
}

std::vector<std::string> DifferentCaptions(const Scene& scene, int count, std::mt19937_64& rng) {
  std::vector<std::string> captions;
  for (int draw = 0; draw < count * kDrawsPerCaption; ++draw) {
    if (static_cast<int>(captions.size()) == count) break;
    std::string caption = Caption(scene, rng);
    if (std::find(captions.begin(), captions.end(), caption) == captions.end()) {
      captions.push_back(std::move(caption));
    }
  }
  return captions;
}

}  // namespace

nlohmann::json Labels(const Scene& scene, int captions, int questions, Wording wording,
                      std::mt19937_64& rng) {
  nlohmann::json labels;
  labels["things"] = ThingLabels(scene);
  labels["captions"] = DifferentCaptions(scene, captions, rng);
  labels["questions"] = nlohmann::json::array();
  for (const QuestionAnswer& asked : Questions(scene, questions, wording, rng)) {
    if (asked.question.find(kNextTurn) != std::string::npos) continue;  // a dataset has no turns
    labels["questions"].push_back(
        {{"kind", asked.kind}, {"question", asked.question}, {"answer", asked.answer}});
  }
  return labels;
}

}  // namespace edgevlm::train
