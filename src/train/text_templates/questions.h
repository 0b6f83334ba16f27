// Questions: generates questions about a scene, with short true answers. Unclear cases are not
// asked about: locations near a border, things that are only slightly further left, names that
// match two things.
//
// Kinds: what, count, color (its name in datasets is older), where, leftright, abovebelow, exists,
// display; with other wordings than the plain ones also list, describe, size, check, compare,
// absent, unanswerable, noquestion, two, followup, reading. In all texts digits are separated by
// spaces, and numbers are words from "zero" to "five". Yes and no are equally likely in every kind
// that has them.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "train/scenes/scene.h"
#include "train/text_templates/question_form.h"
#include "train/text_templates/wordings.h"

namespace edgevlm::train {

// Separates the turns of a conversation in QuestionAnswer::question: a question, its answer, and
// the next question.
inline constexpr char kNextTurn = '\n';

struct QuestionAnswer {
  std::string kind;
  std::string question;  // "how many red circles are there?"
  std::string answer;    // "two"
  QuestionForm form;
  std::vector<std::string> parts;  // of the form: {"red circles"}
};

// Up to `count` different questions; fewer if the scene does not allow more. The kind is drawn
// first, among those that the scene allows. An empty scene gives no questions in plain wording,
// else those whose answer is that there is nothing.
std::vector<QuestionAnswer> Questions(const Scene& scene, int count, Wording wording,
                                      std::mt19937_64& rng);

}  // namespace edgevlm::train
