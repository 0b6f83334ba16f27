// Wordings: the ways to ask a question of each form.
//
// A wording is a pattern. "[a|b|c]" stands for one of the alternatives, which may be empty or hold
// alternatives of their own; "@" stands for a word like "image"; {0} and {1} are filled by Fill()
// (phrases.h). All in lower case; typing.h varies case and punctuation.
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
  kTrained,  // all that the model is trained on: kPlain and wordings_trained_*.cc
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
std::span<const FormWording> TrainedOtherWordings();
std::span<const FormWording> AllHeldOutWordings();

// Chooses alternatives, uniformly and independently. REQUIRES: brackets in pairs.
std::string ExpandWording(std::string_view pattern, std::mt19937_64& rng);

}  // namespace edgevlm::train
