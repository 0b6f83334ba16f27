// Questions about a scene, with short true answers. What is not clear to somebody who looks at the
// image is not asked: places near a border, things hardly further left, names that fit two
// things.
//
// Kinds: what, count, color, where, leftright, abovebelow, exists, display. Digits are separated
// by blanks in all texts, numbers are words from "zero" to "five". Yes and no are equally likely in
// every kind that has them.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "train/scenes/scene.h"

namespace edgevlm::train {

struct QuestionAnswer {
  std::string kind;
  std::string question;  // "how many red circles are there?"
  std::string answer;    // "two"
};

// Up to `count` questions, all different; fewer when the scene does not allow more. The kind is
// chosen first, among those that the scene allows. An empty scene gives no questions.
std::vector<QuestionAnswer> Questions(const Scene& scene, int count, std::mt19937_64& rng);

}  // namespace edgevlm::train
