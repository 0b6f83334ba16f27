// Wordings: the ways to ask a question of each form.
//
// A wording is a pattern. "[a|b|c]" stands for one of the alternatives, which may be empty or hold
// alternatives of their own; "@" stands for a word like "image"; "<see>" stands for the rule of
// that name (wordings_rules.cc), which is a pattern too; {0} and {1} are filled by Fill()
// (phrases.h). All in lower case; typing.h varies case and punctuation.
//
// The trained wordings come in two sorts: short patterns close to what people write most often
// (wordings_trained_*.cc), and composed ones (wordings_composed_*.cc), which make thousands of
// sentences out of rules, so that a model cannot learn them by heart and has to go by their words.
#pragma once

#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "train/text_templates/question_form.h"

namespace edgevlm::train {

enum class Wording {
  kPlain,    // the few wordings of the first built-in model, in its spelling
  kTrained,  // all that the model is trained on: kPlain, wordings_trained_*.cc, and composed ones
  kHeldOut,  // wordings_held_out.cc only, which training never uses
};

// At least one for every form.
std::vector<std::string_view> TrainedWordings(QuestionForm form);
std::vector<std::string_view> HeldOutWordings(QuestionForm form);

// The tables behind them.
struct FormWording {
  QuestionForm form;
  std::string_view pattern;
};
std::span<const FormWording> TrainedContentWordings();
std::span<const FormWording> TrainedPlaceWordings();
std::span<const FormWording> TrainedEitherWordings();
std::span<const FormWording> InstrumentWordings();
std::span<const FormWording> TrainedOtherWordings();
std::span<const FormWording> ComposedContentWordings();
std::span<const FormWording> ComposedOtherWordings();
std::span<const FormWording> AllHeldOutWordings();

// REQUIRES: a name in wordings_rules.cc.
std::string_view RuleNamed(std::string_view name);

// A wording of the form, drawn uniformly among the patterns and expanded. Trained ones are never a
// held-out wording, apart from the word for an image and the final mark.
// REQUIRES: kTrained or kHeldOut.
std::string DrawWording(QuestionForm form, Wording wording, std::mt19937_64& rng);

// Chooses alternatives, uniformly and independently. REQUIRES: brackets in pairs, known rules.
std::string ExpandWording(std::string_view pattern, std::mt19937_64& rng);

}  // namespace edgevlm::train
