#include "train/vocabulary/corpus.h"

#include <random>
#include <sstream>

#include "train/text_templates/captions.h"
#include "train/text_templates/questions.h"

namespace edgevlm::train {
namespace {

constexpr int kQuestionsPerScene = 4;

}  // namespace

std::vector<std::string> CorpusTexts(std::span<const Scene> scenes, std::uint64_t seed) {
  std::mt19937_64 rng(seed);
  std::vector<std::string> texts;
  for (const Scene& scene : scenes) {
    texts.push_back(Caption(scene, rng));
    for (QuestionAnswer& asked : Questions(scene, kQuestionsPerScene, Wording::kTrained, rng)) {
      // Turns are separate texts.
      std::istringstream turns(asked.question);
      for (std::string turn; std::getline(turns, turn, kNextTurn);) texts.push_back(turn);
      texts.push_back(std::move(asked.answer));
    }
  }
  return texts;
}

}  // namespace edgevlm::train
